import { distance } from 'fastest-levenshtein'

/** How many letters may be wrong; with more, a guess could name somebody else's service. */
const maxSlips = 3

/**
 * The private host that was probably meant, when a permitted suffix, or its public form, is followed by more text or is misspelled by up to `maxSlips`
 * letters; else undefined, also for a public name that is spelled right.
 */
export function meantHost(host: string, suffixes: readonly string[]): string | undefined {
  for (const suffix of suffixes.map((each) => `.${each.replace(/^\./, '')}`)) {
    for (const form of new Set([suffix, publicForm(suffix)])) {
      const index = host.indexOf(`${form}.`)
      if (index > 0) return `${host.slice(0, index)}${suffix}`
      const [service, region, ...ending] = host.split('.')
      const slips = distance(`.${ending.join('.')}`, form)
      // A short suffix of a test network would match any other.
      if (slips > 0 && slips <= Math.min(maxSlips, form.length / 7)) return `${service}.${region}${suffix}`
    }
  }
  return undefined
}

/** The suffix of the public names beside these private ones. */
export function publicForm(suffix: string): string {
  return suffix.replace('.privatelink.', '.')
}
