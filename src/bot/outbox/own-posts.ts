import { createHash } from 'node:crypto'
import type { Ledger } from '../../domain/ledger.ts'
import type { Request } from '../../domain/request.ts'
import type { Messages } from '../../redis/records.ts'
import { requestRecord } from './messages.ts'

/** Most records whose messages are kept; those that were posted to longest ago go first. */
const mostRecords = 1_000

/**
 * The messages, and beside them what this process has shown, kept in its memory: a failover of Redis can lose the newest writes, and chat shows them all the
 * same.
 */
export interface OwnPosts extends Messages {
  /** Notes that chat shows the request as it is here. */
  showed(request: Request): void
  /**
   * Stores this process's messages again. Returns the ids of the requests that the ledger has in another version than chat shows, or does not have at all.
   */
  restore(ledger: Pick<Ledger, 'get'>): Promise<readonly string[]>
}

export function ownPosts(messages: Messages): OwnPosts {
  const posted = new Map<string, Map<string, string>>()
  const versions = new Map<string, string>()
  return {
    async of(record) {
      return { ...Object.fromEntries(posted.get(record) ?? []), ...(await messages.of(record)) }
    },
    async remember(record, place, message) {
      await messages.remember(record, place, message)
      const fields = posted.get(record) ?? new Map<string, string>()
      fields.set(place, message)
      keepNewest(posted, record, fields)
    },
    showed(request) {
      keepNewest(versions, request.id, versionOf(request))
    },
    async restore(ledger) {
      const differing: string[] = []
      for (const [id, version] of versions) {
        const request = await ledger.get(id)
        if (request !== undefined && versionOf(request) === version) continue
        for (const [place, message] of posted.get(requestRecord(id)) ?? [])
          await messages.remember(requestRecord(id), place, message)
        differing.push(id)
      }
      return differing
    },
  }
}

function keepNewest<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > mostRecords && oldest !== undefined) map.delete(oldest)
}

function versionOf(request: Request): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url')
}
