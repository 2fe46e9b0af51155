import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, Queue, QueueEvents } from 'bullmq'
import { type Closable, closable } from '../closable.ts'
import type { RedisAddress } from '../config/redis.ts'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { RetryableError, TerminalError } from '../domain/errors.ts'
import type { Log } from '../log.ts'
import { isBoundedObject } from './bounded.ts'
import { type Connection, connect } from './connection.ts'
import { type WorkerPresence, workersOf } from './presence.ts'
import { type Probe, prefix, probeQueue } from './queues.ts'
import { queueTelemetry } from './telemetry.ts'

/** Asks the diagnostics workers of a network to check a host. */
export interface Prober extends Closable {
  /**
   * Returns undefined when no worker of that network lives. Throws a `RetryableError` (`worker-busy`) when workers live and none answered in time, and a
   * `TerminalError` (`probe-refused`) when a worker refused the host. May be repeated: a probe changes nothing.
   */
  probe(network: string, probe: Probe, options: ProbeOptions): Promise<NetworkEvidence | undefined>
  /** The workers of a network that live. */
  workers(network: string): Promise<readonly WorkerPresence[]>
}

export interface ProbeOptions {
  readonly signal: AbortSignal
  /** Bound of the whole probe, waiting for a worker included, in milliseconds; 12,000 by default. */
  readonly withinMs?: number
  /** True when no person waits for the answer: probes without it are taken first. */
  readonly background?: boolean
}

/** In milliseconds. */
const usualPace = {
  /** A probe takes five seconds at most. After this time the worker that took it counts as dead, and the probe is queued again. */
  answerWithinMs: 5_500,
  /** How often it is checked, during the wait, whether a worker lives and whether one has taken the probe. */
  lookEveryMs: 500,
}

const defaultWithinMs = 12_000

interface ProberOptions {
  readonly log: Pick<Log, 'warn'>
  readonly pace?: typeof usualPace
}

/** BullMQ takes jobs without a priority before those that have one. */
const backgroundPriority = 10

/** Why there is no answer: no worker lives, the worker that took the job has died or hangs, or the time is over. */
type Silence = 'absent' | 'lost' | 'late'
const silences: ReadonlySet<unknown> = new Set<Silence>(['absent', 'lost', 'late'])

export function createProber(
  redisUrl: RedisAddress,
  { log, pace: { answerWithinMs, lookEveryMs } = usualPace }: ProberOptions,
): Prober {
  // Without a listener Node or BullMQ would print an error, and with it the password that Redis refused.
  const onError = (error: Error) => log.warn({ err: error }, 'redis')
  const connection = connect(redisUrl, { patient: true })
  connection.on('error', onError)
  const channels = new Map<string, { queue: Queue; events: QueueEvents; listening: Connection }>()

  const drop = (network: string) => {
    const channel = channels.get(network)
    channels.delete(network)
    void channel?.events.close().catch(() => undefined)
    channel?.listening.disconnect()
  }

  const channelOf = (network: string) => {
    const known = channels.get(network)
    if (known !== undefined) return known
    const name = probeQueue(network)
    // QueueEvents blocks its connection, so it gets its own. BullMQ does not close a connection that it was given: `close` below does.
    const listening = connect(redisUrl, { patient: true, blocking: true })
    listening.on('error', onError)
    const events = new QueueEvents(name, { connection: listening, prefix })
    const queue = new Queue(name, { connection, prefix, ...queueTelemetry() })
    // Each probe under way adds a listener; without this Node warns about more than ten.
    for (const emitter of [queue, events]) emitter.setMaxListeners(0)
    queue.on('error', onError)
    events.on('error', (error) => {
      onError(error)
      // A result that is no JSON ends BullMQ's listener: the next probe begins a new one.
      if (error instanceof SyntaxError) drop(network)
    })
    const channel = { queue, events, listening }
    channels.set(network, channel)
    return channel
  }

  const someoneLives = async (network: string) => (await workersOf(connection, network)).length > 0

  /** Resolves with the reason when no answer can be expected any more. Rejects when `over` aborts. */
  const silence = async (job: Job, network: string, until: number, over: AbortSignal): Promise<Silence> => {
    let takenAt: number | undefined
    for (;;) {
      const left = until - performance.now()
      if (left <= 0) return 'late'
      await sleep(Math.min(lookEveryMs, left), undefined, { signal: over })
      const [lives, isActive] = await Promise.all([someoneLives(network), job.isActive()])
      if (!lives) return 'absent'
      takenAt = isActive ? (takenAt ?? performance.now()) : undefined
      if (takenAt !== undefined && performance.now() - takenAt >= answerWithinMs) return 'lost'
    }
  }

  const answerTo = async (
    job: Job,
    network: string,
    { host }: Probe,
    until: number,
    signal: AbortSignal,
  ): Promise<NetworkEvidence | Silence> => {
    const { events } = channelOf(network)
    const over = new AbortController()
    const unheard = silence(job, network, until, AbortSignal.any([signal, over.signal]))
    unheard.catch(() => undefined)
    try {
      const answer = await Promise.race([job.waitUntilFinished(events, Math.max(1, until - performance.now())), unheard])
      if (typeof answer === 'string' && silences.has(answer)) return answer as Silence
      if (isBoundedObject(answer)) return answer
      throw new TerminalError('probe-unreadable', `A diagnostics worker of ${network} gave an answer that is no evidence.`, {
        remedy: 'Check that nobody else writes to the Redis user of that worker, and that its version fits.',
      })
    } catch (error) {
      if (error instanceof TerminalError) throw error
      signal.throwIfAborted()
      if ((await job.getState()) !== 'failed') return 'late'
      throw new TerminalError(
        'probe-refused',
        `The diagnostics worker of ${network} refused to look at ${host}: ${String(error)}`,
        { cause: error, remedy: 'Check DIAGNOSTICS_HOST_SUFFIXES and DIAGNOSTICS_PREFIXES of that worker.' },
      )
    } finally {
      over.abort()
    }
  }

  return {
    async probe(network, probe, { signal, withinMs = defaultWithinMs, background = false }) {
      const until = performance.now() + withinMs
      const { queue, events } = channelOf(network)
      await events.waitUntilReady()
      while (await someoneLives(network)) {
        const job = await queue.add('probe', probe, {
          attempts: 1,
          removeOnComplete: { age: 60 },
          removeOnFail: { age: 60 },
          ...(background && { priority: backgroundPriority }),
        })
        const answer = await answerTo(job, network, probe, until, signal)
        if (typeof answer !== 'string') return answer
        // A probe that no worker has taken leaves the queue, since nobody waits for its answer any more.
        await job.remove().catch(() => undefined)
        signal.throwIfAborted()
        if (answer === 'absent') return undefined
        if (answer === 'late' || performance.now() >= until) throw busy(network)
      }
      return undefined
    },
    workers: (network) => workersOf(connection, network),
    ...closable(async () => {
      await Promise.all([...channels.values()].flatMap(({ queue, events }) => [queue.close(), events.close()]))
      for (const each of [connection, ...[...channels.values()].map(({ listening }) => listening)]) each.disconnect()
    }),
  }
}

function busy(network: string): RetryableError {
  return new RetryableError(
    'worker-busy',
    `A diagnostics worker of ${network} lives, but none has answered in time: they have too much to do, or hang.`,
    { remedy: `Run it again in a minute; if it stays so, start another diagnostics process in ${network}, or look at its log.` },
  )
}
