import { distance } from 'fastest-levenshtein'

/** How many letters may be wrong; with more, a guess could name somebody else's service. */
const maxSlips = 3

/**
 * The private host that was probably meant, when a permitted suffix is followed by more text, or is misspelled by up to `maxSlips` letters; else
 * undefined. Returns undefined for a public name too: its lack of `privatelink` is more than `maxSlips` letters.
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
