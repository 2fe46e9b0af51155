import type { Ledger } from '../../domain/ledger.ts'
import type { Log } from '../../log.ts'
import type { LastServer } from '../../redis/last-server.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Replication } from '../../redis/replication.ts'
import { type Repeating, repeat } from '../../repeat.ts'
import type { Lag } from './lag.ts'
import type { OwnPosts } from './own-posts.ts'

/** How often requests are looked for whose newest state was not shown, in milliseconds. */
const everyMs = 5_000

interface CatchUp {
  readonly ledger: Pick<Ledger, 'unshown' | 'open' | 'get'>
  readonly server: LastServer
  readonly replication: Pick<Replication, 'look'>
  readonly producer: Pick<Producer, 'show'>
  /** Takes what chat does not show now. */
  readonly lag?: Pick<Lag, 'note'>
  readonly posts: Pick<OwnPosts, 'restore'>
  readonly log: Log
}

/**
 * Queues an outbox job for every request that chat shows in an older version: after a crash between writing to the ledger and queueing the job, or
 * when a job was lost. With the delay a job that waits already, e.g. for a rate limit, keeps its time. Runs at start and at intervals. Once another server
 * answers than the one that this process or the data names, it may have lost the last writes: every open request is shown anew, and every one that this
 * process showed in another version, or that is lost. It also notes the master's replicas, so that one that leaves is missed.
 */
export function startCatchUp({ ledger, producer, lag, log, server, replication, posts }: CatchUp): Repeating {
  let answered: string | undefined
  return repeat('catching up', everyMs, log, async () => {
    await replication.look()
    const unshown = await ledger.unshown()
    lag?.note(unshown)
    for (const id of Object.keys(unshown)) await producer.show({ kind: 'request', id }, 1)
    const current = await server.current()
    const last = answered ?? (await server.last())
    answered = current ?? answered
    if (current === undefined || current === last) return
    if (last !== undefined) {
      log.warn('another Redis server answers: every open request is shown anew')
      const differing = await posts.restore(ledger)
      const open = (await ledger.open()).map(({ id }) => ({ kind: 'request' as const, id }))
      for (const item of [...open, ...differing]) await producer.show(item, 1)
    }
    await server.keep(current)
  })
}
