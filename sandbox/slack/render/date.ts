/** Slack's `<!date^seconds^format^link|fallback>`, shown as in UTC. */

const zone = 'UTC'
const dayMs = 86_400_000

function format(at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(at)
}

function near(at: Date, now: number): string | undefined {
  const days = Math.floor(at.getTime() / dayMs) - Math.floor(now / dayMs)
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days]
}

const long: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }
const medium: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric' }
const short: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' }
const minutes: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }

const parts: Readonly<Record<string, (at: Date, now: number) => string>> = {
  date_num: (at) => at.toISOString().slice(0, 10),
  date: (at) => format(at, medium),
  date_slash: (at) => format(at, { day: '2-digit', month: '2-digit', year: 'numeric' }),
  date_short: (at) => format(at, short),
  date_long: (at) => format(at, long),
  date_pretty: (at, now) => near(at, now) ?? format(at, medium),
  date_short_pretty: (at, now) => near(at, now) ?? format(at, short),
  date_long_pretty: (at, now) => near(at, now) ?? format(at, long),
  time: (at) => format(at, minutes),
  time_secs: (at) => format(at, { ...minutes, second: '2-digit' }),
  ago: (at, now) => ago(now - at.getTime()),
}

function ago(ms: number): string {
  const count = Math.round(Math.abs(ms) / 60_000)
  const amount = count < 60 ? `${count} min` : count < 1440 ? `${Math.round(count / 60)} h` : `${Math.round(count / 1440)} d`
  return ms >= 0 ? `${amount} ago` : `in ${amount}`
}

/** `name` is what stands after the exclamation mark; the fallback where Slack's client would show it too. */
export function renderDate(name: string, fallback: string | undefined, now: number): string {
  const [, seconds = '', pattern = ''] = name.split('^')
  const unknown = [...pattern.matchAll(/\{(\w+)\}/g)].some(([, part = '']) => !parts[part])
  if (!/^\d+$/.test(seconds) || pattern === '' || unknown) return fallback ?? `<!${name}>`
  const at = new Date(Number(seconds) * 1000)
  return pattern.replace(/\{(\w+)\}/g, (whole, part: string) => parts[part]?.(at, now) ?? whole)
}
