import type { Ledger } from '../../domain/ledger.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import { type Repeating, repeat } from '../../repeat.ts'

/** Chat catches up with the ledger within this time, in milliseconds, when a wake-up was lost. */
const everyMs = 5_000

interface CatchUp {
  readonly ledger: Pick<Ledger, 'unshown'>
  readonly producer: Pick<Producer, 'show'>
  readonly log: Log
}

/**
 * Wakes the outbox for every request that chat shows in an older version: after a crash between writing to the ledger and waking, or when a job was
 * lost. The delay makes it join a job that waits already, e.g. for Slack's rate limit, instead of hurrying it. Runs at start and at intervals.
 */
export function startCatchUp({ ledger, producer, log }: CatchUp): Repeating {
  return repeat('catching up', everyMs, log, async () => {
    for (const id of Object.keys(await ledger.unshown())) await producer.show({ kind: 'request', id }, 1)
  })
}
