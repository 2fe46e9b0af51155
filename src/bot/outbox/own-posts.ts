import { createHash } from 'node:crypto'
import type { Ledger } from '../../domain/ledger.ts'
import type { Asked, Request } from '../../domain/request.ts'
import type { OutboxItem } from '../../redis/queues.ts'
import type { Messages } from '../../redis/records.ts'
import { type Decisions, decisionsOf, lacks, lostDecisionField } from './lost-decisions.ts'
import { requestRecord } from './messages.ts'

/** Most records whose messages are kept; those that were posted to longest ago go first. */
const mostRecords = 1_000

/**
 * The messages, and beside them what this process has shown, kept in its memory: a failover of Redis can lose the newest writes, and chat shows them all the
 * same.
 */
export interface OwnPosts extends Messages {
  /** Notes that chat shows the request as it is here, or that whoever changed it was told so. */
  showed(request: Request): void
  /**
   * Stores this process's messages again, and which requests lack a decision. Returns what is to be shown: each request that the ledger has in another
   * version, or does not have at all.
   */
  restore(ledger: Pick<Ledger, 'get'>): Promise<readonly OutboxItem[]>
}

/** What people were told of a request. */
interface Told {
  readonly version: string
  readonly asked: Pick<Asked, 'by' | 'place'>
  readonly decided: Decisions
  readonly endedAt: string | undefined
}

/** `keptMs`: for how long requests are kept after their end; one that is gone since then is not lost. In milliseconds, as `now`. */
export function ownPosts(messages: Messages, { keptMs, now }: { readonly keptMs: number; now(): number }): OwnPosts {
  const posted = new Map<string, Map<string, string>>()
  const told = new Map<string, Told>()
  return {
    async of(record) {
      return { ...Object.fromEntries(posted.get(record) ?? []), ...(await messages.of(record)) }
    },
    async remember(record, place, message) {
      // Before Redis has it: while it refuses, the message is there all the same.
      const fields = posted.get(record) ?? new Map<string, string>()
      fields.set(place, message)
      keepNewest(posted, record, fields)
      await messages.remember(record, place, message)
    },
    showed(request) {
      const { id, asked, endedAt } = request
      keepNewest(told, id, { version: versionOf(request), asked, decided: decisionsOf(request), endedAt })
    },
    async restore(ledger) {
      const differing: OutboxItem[] = []
      for (const [id, { version, asked, decided, endedAt }] of told) {
        const request = await ledger.get(id)
        if (request === undefined && endedAt !== undefined && now() - Date.parse(endedAt) > keptMs) continue
        if (request !== undefined && versionOf(request) === version) continue
        for (const [place, message] of posted.get(requestRecord(id)) ?? [])
          await messages.remember(requestRecord(id), place, message)
        if (request !== undefined && lacks(request, decided))
          await messages.remember(requestRecord(id), lostDecisionField, JSON.stringify(decisionsOf(request)))
        const { by, place } = asked
        differing.push(request === undefined ? { kind: 'lost', id, by, place } : { kind: 'request', id })
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
