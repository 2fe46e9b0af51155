import type { Ledger } from '../../domain/ledger.ts'
import type { Log } from '../../log.ts'
import type { LastServer } from '../../redis/last-server.ts'
import type { Producer } from '../../redis/producer.ts'
import { type Repeating, repeat } from '../../repeat.ts'
import type { Lag } from './lag.ts'

/** How often requests are looked for whose newest state was not shown, in milliseconds. */
const everyMs = 5_000

interface CatchUp {
  readonly ledger: Pick<Ledger, 'unshown' | 'open'>
  readonly server: LastServer
  readonly producer: Pick<Producer, 'show'>
  /** Takes what chat does not show now. */
  readonly lag?: Pick<Lag, 'note'>
  readonly log: Log
}

/**
 * Queues an outbox job for every request that chat shows in an older version: after a crash between writing to the ledger and queueing the job, or
 * when a job was lost. With the delay a job that waits already, e.g. for a rate limit, keeps its time. Runs at start and at intervals. Once another server
 * answers than the one that the data names, every open request is shown anew: it may have lost the last writes, which chat shows already.
 */
export function startCatchUp({ ledger, producer, lag, log, server }: CatchUp): Repeating {
  return repeat('catching up', everyMs, log, async () => {
    const unshown = await ledger.unshown()
    lag?.note(unshown)
    for (const id of Object.keys(unshown)) await producer.show({ kind: 'request', id }, 1)
    const [current, last] = [await server.current(), await server.last()]
    if (current === undefined || current === last) return
    if (last !== undefined) {
      log.warn('another Redis server answers: every open request is shown anew')
      for (const { id } of await ledger.open()) await producer.show({ kind: 'request', id }, 1)
    }
    await server.keep(current)
  })
}
