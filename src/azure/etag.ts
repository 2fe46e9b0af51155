import { TerminalError } from '../domain/errors.ts'

/** The version that was read; empty where Azure tells none, and then nothing is written over it or deleted. */
export type Etag = string

/** Without a version, what somebody else wrote in the meantime would be lost unseen. */
export function onlyOver(etag: Etag, what: string): { readonly ifMatch: string } {
  if (etag !== '') return { ifMatch: etag }
  throw new TerminalError('version-unknown', `Azure tells no version (ETag) of ${what}, so the bot does not change it.`, {
    remedy: `Change ${what} by hand, then run the command again.`,
  })
}
