import { distance } from 'fastest-levenshtein'

/** As many slips of the finger are obvious; beyond that a guess would name somebody else's service. */
const maxSlips = 3

/**
 * The host that was obviously meant: the ending twice or with something behind it, or misspelled. Nothing where that is not plain; a public name is
 * no misspelled private one, because its first label differs.
 */
export function meantHost(host: string, suffixes: readonly string[]): string | undefined {
  for (const suffix of suffixes.map((each) => `.${each.replace(/^\./, '')}`)) {
    const index = host.indexOf(`${suffix}.`)
    if (index > 0) return host.slice(0, index + suffix.length)
    const [service, region, ...ending] = host.split('.')
    const slips = distance(`.${ending.join('.')}`, suffix)
    if (slips > 0 && slips <= maxSlips) return `${service}.${region}${suffix}`
  }
  return undefined
}
