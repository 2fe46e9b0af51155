import { TerminalError } from '../domain/errors.ts'

/** The version of a resource as it was read; an empty text when Azure reported none. */
export type Etag = string

/** For deleting zones and links: without a version the call goes out unguarded, because their owner and use were checked just before. */
export function ifMatchWhenKnown(etag: Etag): { readonly ifMatch?: string } {
  return etag === '' ? {} : { ifMatch: etag }
}

/**
 * For records: a write without a version could replace what somebody else has written meanwhile. `what` names the record in the error.
 * @throws TerminalError `version-unknown` when Azure reported no version
 */
export function requireIfMatch(etag: Etag, what: string): { readonly ifMatch: string } {
  if (etag !== '') return { ifMatch: etag }
  throw new TerminalError('version-unknown', `Azure reports no version (ETag) of ${what}, so the bot does not change it.`, {
    remedy: `Change ${what} by hand, then run the command again.`,
  })
}
