import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq'
import type { z } from 'zod'
import { type Closable, closable } from '../closable.ts'
import type { RedisAddress } from '../config/redis.ts'
import { RetryableError, TerminalError } from '../domain/errors.ts'
import type { Log } from '../log.ts'
import { connect } from './connection.ts'
import { prefix, queueKey } from './queues.ts'
import { queueTelemetry } from './telemetry.ts'

/**
 * Another worker takes a dead worker's job within `lockDuration + stalledInterval`: 12 s. `maxStalledCount` lets a job survive 1,000 such crashes, because
 * the ledger, not the job, says what is finished.
 */
const recovery = { lockDuration: 8_000, stalledInterval: 4_000, maxStalledCount: 1_000 }

export interface WorkerOptions<Schema extends z.ZodType> {
  readonly redisUrl: RedisAddress
  readonly queue: string
  readonly schema: Schema
  readonly concurrency: number
  readonly log: Log
  /** May run twice for one job. `signal` aborts when the process stops; the job then waits for another worker. */
  handle(job: RunningJob<z.infer<Schema>>): Promise<unknown>
}

export interface RunningJob<Data> {
  readonly id: string
  readonly data: Data
  readonly signal: AbortSignal
  /** What an earlier attempt has kept. */
  readonly progress: unknown
  /** Keeps something for the next attempt. */
  keep(progress: object): Promise<void>
  /** False once another worker may have the job: this one did not renew its lock in time, for example because Redis was away. */
  isOurs(): Promise<boolean>
}

export interface RunningWorker extends Closable {
  /** Why it takes no jobs, in a few words; undefined while it does. */
  problem(): string | undefined
}

/** Runs `handle` for each job. A `RetryableError` delays the job, a `TerminalError` ends it, any other error uses one of its attempts. */
export async function startWorker<Schema extends z.ZodType>(options: WorkerOptions<Schema>): Promise<RunningWorker> {
  const { redisUrl, queue, schema, concurrency, log, handle } = options
  const stopping = new AbortController()
  const connection = connect(redisUrl, { patient: true, blocking: true })
  connection.on('error', (error) => log.warn({ err: error }, 'redis'))

  const process = async (job: Job, token: string | undefined): Promise<unknown> => {
    const data = schema.safeParse(job.data)
    if (!data.success) throw new UnrecoverableError(`A job with data that its queue does not know: ${data.error.message}`)
    try {
      const isOurs = async (): Promise<boolean> => (await connection.get(queueKey(queue, `${job.id}:lock`))) === token
      const { progress } = job
      const keep = (progress: object): Promise<void> => job.updateProgress(progress)
      return await handle({ id: job.id ?? '', data: data.data, signal: stopping.signal, progress, keep, isOurs })
    } catch (error) {
      const delay = error instanceof RetryableError ? (error.retryAfterMs ?? 5_000) : stopping.signal.aborted ? 0 : undefined
      if (delay !== undefined) {
        await job.moveToDelayed(Date.now() + delay, token)
        throw new DelayedError()
      }
      if (error instanceof TerminalError) throw new UnrecoverableError(`${error.code}: ${error.message}`)
      throw error
    }
  }

  const worker = new Worker(queue, process, { connection, prefix, concurrency, ...recovery, ...queueTelemetry() })
  worker.on('failed', (job, error) => log.error({ job: job?.id, err: error }, 'job failed'))
  worker.on('error', (error) => log.warn({ err: error }, 'worker'))
  await worker.waitUntilReady()
  return {
    problem() {
      if (stopping.signal.aborted) return 'is stopping'
      if (worker.isPaused()) return 'is paused'
      if (!worker.isRunning()) return 'does not run'
      return connection.status === 'ready' ? undefined : 'has no connection to Redis'
    },
    ...closable(async () => {
      stopping.abort()
      // While Redis is away a close without force would wait for it without an end.
      await worker.close(connection.status !== 'ready')
      connection.disconnect()
    }),
  }
}
