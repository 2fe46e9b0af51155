/** `380 ms`, `4.2 s`, `41 s`, `1 min 52 s`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds))
  if (ms < 1_000) return `${ms} ms`
  if (ms < 9_950) return `${Math.round(ms / 100) / 10} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return joined(`${minutes} min`, seconds % 60, 's')
  return joined(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min')
}

/** Between two moments (ISO 8601). */
export function durationBetween(from: string, to: string): string {
  return durationText(Date.parse(to) - Date.parse(from))
}

/** `just now`, `40 s ago`, `2 min ago`: rounded down to one unit. */
export function agoText(at: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(at)) / 1_000)
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ago`
  return `${Math.floor(seconds / 86_400)} days ago`
}

function joined(large: string, small: number, unit: string): string {
  return small === 0 ? large : `${large} ${small} ${unit}`
}
