import { fileURLToPath } from 'node:url'
import { cleanText } from '../../domain/hostile-text.ts'
import type { Sample, Watch } from '../../domain/watch.ts'
import { durationText } from './duration.ts'

const dayMs = 24 * 3_600_000
const width = 960
const height = 200
const left = 24
const right = width - 24
const fonts = [
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
].map((url) => fileURLToPath(url))

/** How each severity is drawn. Brightness and height differ too, for people who cannot tell the hues apart. */
const drawing = {
  ok: { colour: '#7fc8a9', height: 36, word: 'healthy' },
  warn: { colour: '#e0a526', height: 60, word: 'warning' },
  fail: { colour: '#8b1e3f', height: 84, word: 'fault' },
} as const

/** The last 24 hours of a watch as a PNG, and the same in words as its alternative text. `now` in milliseconds; times are UTC. */
export async function watchPicture(
  watch: Watch,
  samples: readonly Sample[],
  now: number,
): Promise<{ png: Uint8Array; alt: string }> {
  // Loaded with the first picture: the bot is smaller until then.
  const { Resvg } = await import('@resvg/resvg-js')
  const from = now - dayMs
  const x = (at: number) => left + ((at - from) / dayMs) * (right - left)
  const holdsMs = watch.everyMs * 1.5
  const bars = samples.map(({ at, code, severity }, index) => {
    if (code === 'not-looked-at') return ''
    const start = Math.max(from, Date.parse(at))
    const next = samples[index + 1]
    const end = Math.min(now, next === undefined ? start + holdsMs : Date.parse(next.at), start + holdsMs)
    const bar = drawing[severity]
    return `<rect x="${x(start).toFixed(1)}" y="${150 - bar.height}" width="${Math.max(1, x(end) - x(start)).toFixed(1)}" height="${bar.height}" fill="${bar.colour}"/>`
  })
  const ticks = Array.from({ length: 9 }, (_, index) => {
    const at = from + (index * dayMs) / 8
    const label = `${new Date(at).toISOString().slice(11, 16)}`
    const anchor = index === 0 ? 'start' : index === 8 ? 'end' : 'middle'
    return `<line x1="${x(at)}" x2="${x(at)}" y1="150" y2="156" stroke="#555"/><text x="${x(at)}" y="174" font-size="13" text-anchor="${anchor}" fill="#333">${label}</text>`
  })
  const legend = Object.values(drawing).map(
    ({ colour, word }, index) =>
      `<rect x="${left + index * 110}" y="184" width="10" height="10" fill="${colour}"/><text x="${left + 15 + index * 110}" y="193" font-size="12" fill="#333">${word}</text>`,
  )
  const title = escapeXml(cleanText(`${watch.service} from ${watch.network}`, 70))
  const alt = wordsFor(watch, samples)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="28" font-size="17" font-weight="bold" fill="#111">${title}</text>
<text x="${right}" y="28" font-size="13" text-anchor="end" fill="#333">last 24 hours, UTC; white: not looked at</text>
<text x="${left}" y="50" font-size="13" fill="#333">${escapeXml(cleanText(alt.split(': ').slice(1).join(': '), 110))}</text>
<line x1="${left}" x2="${right}" y1="150" y2="150" stroke="#555"/>${bars.join('')}${ticks.join('')}${legend.join('')}</svg>`
  const rendered = new Resvg(svg, {
    font: { fontFiles: fonts, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  }).render()
  return { png: rendered.asPng(), alt }
}

/** `analytics-prod from prod-westus3, last 24 hours: 287 looks, 97.2 % healthy; allow-list-missing 8 times, last at 11:47 UTC` */
function wordsFor({ service, network, everyMs }: Watch, samples: readonly Sample[]): string {
  const subject = cleanText(`${service} from ${network}, last 24 hours`, 150)
  if (samples.length === 0) return `${subject}: not looked at yet (every ${durationText(everyMs)})`
  const looked = samples.filter(({ code }) => code !== 'not-looked-at').length
  const healthy = samples.filter(({ severity }) => severity === 'ok').length
  const share = looked === 0 ? [] : [`${((healthy / looked) * 100).toFixed(1).replace(/\.0$/, '')} % healthy`]
  const others = Map.groupBy(
    samples.filter(({ severity }) => severity !== 'ok'),
    ({ code }) => code,
  )
  const faults = [...others].map(
    ([code, seen]) =>
      `${code} ${seen.length === 1 ? 'once' : `${seen.length} times`}, last at ${seen.at(-1)?.at.slice(11, 16)} UTC`,
  )
  return [[`${subject}: ${looked} ${looked === 1 ? 'look' : 'looks'}`, ...share].join(', '), ...faults].join('; ')
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
