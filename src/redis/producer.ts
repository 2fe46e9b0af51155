import { type JobsOptions, Queue } from 'bullmq'
import { type Closable, closable } from '../closable.ts'
import type { Connection } from './connection.ts'
import { type OutboxItem, outboxQueue, prefix, type Turn, type Work, watchQueue, workQueue } from './queues.ts'
import { queueTelemetry } from './telemetry.ts'

const jobOptions: JobsOptions = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: { count: 100 },
}

/** A turn is not repeated when it fails: the next one is scheduled anyway. */
const turnOptions: JobsOptions = { removeOnComplete: true, removeOnFail: { count: 100 } }

/** Each turn by schedule is a trace of its own, not for ever part of the one that began the watch. */
const scheduledOptions: JobsOptions = { ...turnOptions, telemetry: { omitContext: true } }

export interface Schedule {
  readonly everyMs: number
  /** In milliseconds since 1970. A time long past means that the turn which was due has been lost. */
  readonly nextAt: number
}

export interface Order {
  /** Ahead of all that wait. */
  readonly first?: boolean
  /** Behind everything that has a smaller number, or none. */
  readonly behind?: number
}

/** Queues work. While a job for a record runs, at most one more waits, however often it is asked for. */
export interface Producer extends Closable {
  /** Queues what the record's state asks for: planning, applying or a diagnosis. */
  work(item: Work, order?: Order): Promise<void>
  /** The same where no job for this record waits or runs: what a lost one has left behind does not count as one. */
  rouse(item: Work): Promise<void>
  /** Lets a job that waits `behind` others wait no longer than those that nobody is put ahead of. */
  hurry(item: Work): Promise<void>
  /** Whether a job for this record is waiting or running. */
  isAwake(item: Work): Promise<boolean>
  /** Gives a watch a turn every `everyMs`, from now on, in place of its schedule before. Survives restarts. */
  schedule(watch: string, everyMs: number): Promise<void>
  unschedule(watch: string): Promise<void>
  /** The schedules by watch id. */
  schedules(): Promise<ReadonlyMap<string, Schedule>>
  /** Gives a watch one turn more after `afterMs`, apart from its schedule. Asked again before that turn, it adds none. */
  turn(watch: string, afterMs: number): Promise<void>
  /** Shows the record's newest state in chat after `delayMs`, so that several changes within that time become one update. */
  show(item: OutboxItem, delayMs?: number): Promise<void>
}

export function createProducer(connection: Connection): Producer {
  const options = { connection, prefix, ...queueTelemetry() }
  const work = new Queue(workQueue, options)
  const outbox = new Queue(outboxQueue, options)
  const turns = new Queue(watchQueue, options)
  // The owner of the connection logs its errors; a queue without a listener would print them a second time.
  for (const queue of [work, outbox, turns]) queue.on('error', () => undefined)
  const keyOf = (item: Work | OutboxItem) => `${item.kind}-${item.id}`
  const jobOf = async (item: Work) => {
    const id = await work.getDeduplicationJobId(keyOf(item))
    return id === null ? undefined : await work.getJob(id)
  }
  return {
    async work(item, { first = false, behind = 0 } = {}) {
      await work.add(item.kind, item, {
        ...jobOptions,
        lifo: first,
        priority: behind,
        deduplication: { id: keyOf(item), keepLastIfActive: true },
      })
    },
    async rouse(item) {
      await work.removeDeduplicationKey(keyOf(item))
      await work.add(item.kind, item, { ...jobOptions, deduplication: { id: keyOf(item), keepLastIfActive: true } })
    },
    async hurry(item) {
      const job = await jobOf(item)
      if ((await job?.getState()) === 'prioritized') await job?.changePriority({ priority: 0 })
    },
    async isAwake(item) {
      const state = await (await jobOf(item))?.getState()
      return state !== undefined && ['waiting', 'active', 'delayed', 'prioritized'].includes(state)
    },
    async schedule(watch, everyMs) {
      const data: Turn = { id: watch }
      await turns.upsertJobScheduler(watch, { every: everyMs }, { name: 'turn', data, opts: scheduledOptions })
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
