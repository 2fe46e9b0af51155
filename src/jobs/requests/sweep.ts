import type { Ledger } from '../../domain/ledger.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import { type Repeating, repeat } from '../../repeat.ts'

/** The longest time, besides the queue's own recovery, after which an interrupted request goes on, in milliseconds. */
const everyMs = 3_000

/**
 * Adds a job for every request that waits for a worker and has no job: after a crash between writing a decision and adding its job, or when a job was lost.
 * Expires requests whose approval is overdue, and records when a reminder is due. Runs at start and at intervals.
 */
export function startSweep({ ledger, producer, log }: { ledger: Ledger; producer: Producer; log: Log }): Repeating {
  return repeat('sweep', everyMs, log, async () => {
    for (const { id, state, approval, reminded = 0 } of await ledger.open()) {
      const item = { kind: 'request', id } as const
      if (state === 'awaiting-approval') {
        const at = new Date().toISOString()
        if (approval === undefined) continue
        const due = approval.remindAt.filter((moment) => moment <= at).length
        if (at < approval.expiresAt && due <= reminded) continue
        const { changed } = await ledger.record(
          id,
          at < approval.expiresAt ? { type: 'remind', count: due } : { type: 'expire', at },
        )
        if (changed) await producer.show(item)
      } else if ((state === 'planning' || state === 'applying') && !(await producer.isAwake(item))) {
        await producer.rouse(item)
      }
    }
  })
}
