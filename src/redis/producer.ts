import { type JobsOptions, Queue } from 'bullmq'
import { type Closable, closable } from '../closable.ts'
import type { Connection } from './connection.ts'
import { type OutboxItem, outboxQueue, prefix, type Turn, type Work, watchQueue, workQueue } from './queues.ts'

const jobOptions: JobsOptions = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: { count: 100 },
}

/** The next turn comes anyway. */
const turnOptions: JobsOptions = { removeOnComplete: true, removeOnFail: { count: 100 } }

export interface Schedule {
  readonly everyMs: number
  /** In milliseconds since 1970; long past when the turn that was due got lost. */
  readonly nextAt: number
}

/** Wakes work up. Of several wake-ups for one record at most one waits while one runs, so a burst is one piece of work. */
export interface Producer extends Closable {
  /** Plan, apply or diagnose: whatever the record's state asks for. */
  work(item: Work): Promise<void>
  /** Whether a job for this record is waiting or running. */
  isAwake(item: Work): Promise<boolean>
  /** Has a watch look again and again, from now on; a schedule that there is already is replaced. Survives restarts. */
  schedule(watch: string, everyMs: number): Promise<void>
  unschedule(watch: string): Promise<void>
  /** When each watch looks, by its id. */
  schedules(): Promise<ReadonlyMap<string, Schedule>>
  /** Has a watch look a second time after so long, apart from its schedule; once, however often this is asked meanwhile. */
  turn(watch: string, afterMs: number): Promise<void>
  /** Show the record's newest state in chat, after `delayMs` to let a burst of changes become one update. */
  show(item: OutboxItem, delayMs?: number): Promise<void>
}

export function createProducer(connection: Connection): Producer {
  const work = new Queue(workQueue, { connection, prefix })
  const outbox = new Queue(outboxQueue, { connection, prefix })
  const turns = new Queue(watchQueue, { connection, prefix })
  // The connection's owner hears of its errors; without a listener the queues would print them a second time.
  for (const queue of [work, outbox, turns]) queue.on('error', () => undefined)
  const keyOf = (item: Work | OutboxItem) => `${item.kind}-${item.id}`
  return {
    async work(item) {
      await work.add(item.kind, item, { ...jobOptions, deduplication: { id: keyOf(item), keepLastIfActive: true } })
    },
    async isAwake(item) {
      const id = await work.getDeduplicationJobId(keyOf(item))
      const job = id === null ? undefined : await work.getJob(id)
      const state = await job?.getState()
      return state !== undefined && ['waiting', 'active', 'delayed', 'prioritized'].includes(state)
    },
    async schedule(watch, everyMs) {
      const data: Turn = { id: watch }
      await turns.upsertJobScheduler(watch, { every: everyMs }, { name: 'turn', data, opts: turnOptions })
    },
    async unschedule(watch) {
      await turns.removeJobScheduler(watch)
    },
    async schedules() {
      const all = await turns.getJobSchedulers()
      return new Map(all.map(({ key, every, next = 0 }) => [key, { everyMs: Number(every), nextAt: next }]))
    },
    async turn(watch, afterMs) {
      const data: Turn = { id: watch, confirms: true }
      await turns.add('turn', data, { ...turnOptions, delay: afterMs, deduplication: { id: `confirm-${watch}` } })
    },
    async show(item, delayMs = 0) {
      await outbox.add(item.kind, item, {
        ...jobOptions,
        delay: delayMs,
        deduplication: { id: keyOf(item), keepLastIfActive: true, ...(delayMs === 0 && { reschedule: true }) },
      })
    },
    ...closable(async () => {
      await Promise.all([work.close(), outbox.close(), turns.close()])
    }),
  }
}
