import type { Log } from '../../log.ts'
import type { AuditWriter } from '../../redis/audit-append.ts'
import type { RemovedRequests } from '../../redis/removed-requests.ts'
import { type Repeating, repeat } from '../../repeat.ts'

/** How often a batch of old requests is looked at, in milliseconds. */
const everyMs = 60_000

interface RetentionSources {
  readonly removedRequests: Pick<RemovedRequests, 'remove'>
  readonly audit: AuditWriter
  readonly log: Log
}

/** Removes requests that ended so long ago, in milliseconds: a batch at the start and at intervals, so that it is in nobody's way. */
export function startRetention(sources: RetentionSources, requestsMs: number): Repeating {
  let after = 0
  return repeat('retention', everyMs, sources.log, async () => {
    after = await removeOld(sources, new Date(Date.now() - requestsMs).toISOString(), after)
  })
}

/** Looks at one batch after the request with this number, and returns the number after which to go on. What was removed is in the audit. */
export async function removeOld(
  { removedRequests, audit, log }: RetentionSources,
  before: string,
  after: number,
): Promise<number> {
  const { removed, next = 0 } = await removedRequests.remove(before, after)
  if (removed.length === 0) return next
  const what = `${removed.length} requests that ended before ${before}: ${removed.join(', ')}`
  log.info({ removed: removed.length, before }, 'old requests were removed')
  await audit.append({ at: new Date().toISOString(), request: '', event: 'removed', state: '', what })
  return next
}
