import { TerminalError } from '../domain/errors.ts'

/** The version that was read; empty where Azure tells none. */
export type Etag = string

/** For zones and links: whose they are and who needs them has just been looked at. Where Azure tells no version, that has to do. */
export function overTold(etag: Etag): { readonly ifMatch?: string } {
  return etag === '' ? {} : { ifMatch: etag }
}

/** For records: without a version, what somebody else wrote in the meantime would be lost unseen. */
export function onlyOver(etag: Etag, what: string): { readonly ifMatch: string } {
  if (etag !== '') return { ifMatch: etag }
  throw new TerminalError('version-unknown', `Azure tells no version (ETag) of ${what}, so the bot does not change it.`, {
    remedy: `Change ${what} by hand, then run the command again.`,
  })
}
