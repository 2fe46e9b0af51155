import { type JobsOptions, Queue } from 'bullmq'
import type { Connection } from './connection.ts'
import { type OutboxItem, outboxQueue, prefix, type Work, workQueue } from './queues.ts'

const jobOptions: JobsOptions = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: { count: 100 },
}

/** Wakes work up. Of several wake-ups for one record at most one waits while one runs, so a burst is one piece of work. */
export interface Producer {
  /** Plan, apply or diagnose: whatever the record's state asks for. */
  work(item: Work): Promise<void>
  /** Whether a job for this record is waiting or running. */
  isAwake(item: Work): Promise<boolean>
  /** Has a watch look again and again, from now on; a schedule that there is already is replaced. Survives restarts. */
  schedule(watch: string, everyMs: number): Promise<void>
  unschedule(watch: string): Promise<void>
  /** Show the record's newest state in chat, after `delayMs` to let a burst of changes become one update. */
  show(item: OutboxItem, delayMs?: number): Promise<void>
  close(): Promise<void>
}

export function createProducer(connection: Connection): Producer {
  const work = new Queue(workQueue, { connection, prefix })
  const outbox = new Queue(outboxQueue, { connection, prefix })
  // The connection's owner hears of its errors; without a listener the queues would print them a second time.
  for (const queue of [work, outbox]) queue.on('error', () => undefined)
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
      const opts = { removeOnComplete: true, removeOnFail: { count: 100 } }
      await work.upsertJobScheduler(watch, { every: everyMs }, { name: 'watch', data: { kind: 'watch', id: watch }, opts })
    },
    async unschedule(watch) {
      await work.removeJobScheduler(watch)
    },
    async show(item, delayMs = 0) {
      await outbox.add(item.kind, item, {
        ...jobOptions,
        delay: delayMs,
        deduplication: { id: keyOf(item), keepLastIfActive: true, ...(delayMs === 0 && { reschedule: true }) },
      })
    },
    async close() {
      await Promise.all([work.close(), outbox.close()])
    },
  }
}
