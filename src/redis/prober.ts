import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, Queue, QueueEvents } from 'bullmq'
import { type Closable, closable } from '../closable.ts'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { RetryableError, TerminalError } from '../domain/errors.ts'
import { type Connection, connect } from './connection.ts'
import { type WorkerPresence, workersOf } from './presence.ts'
import { type Probe, prefix, probeQueue } from './queues.ts'

/** Asks the diagnostics worker of a network to look. */
export interface Prober extends Closable {
  /**
   * Nothing when no worker of that network lives. A `RetryableError` (`worker-busy`) when some live and none answered in time, a `TerminalError`
   * (`probe-refused`) when one refused. May be repeated: looking changes nothing.
   */
  probe(network: string, probe: Probe, options: ProbeOptions): Promise<NetworkEvidence | undefined>
  /** The workers of a network that live. */
  workers(network: string): Promise<readonly WorkerPresence[]>
}

export interface ProbeOptions {
  readonly signal: AbortSignal
  /** All of it, waiting for a worker included, takes no longer, in milliseconds. */
  readonly withinMs?: number
  /** Nobody waits: whoever does comes first. */
  readonly background?: boolean
}

/** In milliseconds. */
const usualPace = {
  /** A probe takes five seconds at most: a worker that took one and has not answered by then has died, and another one is asked. */
  answerWithinMs: 5_500,
  /** While it waits, it looks this often whether any worker still lives, and whether one has begun. */
  lookEveryMs: 500,
}

const defaultWithinMs = 12_000

/** BullMQ takes jobs without a priority before those that have one. */
const backgroundPriority = 10

/** Why there is no answer: no worker lives, the one that took the job has died or hangs, or the time is over. */
type Silence = 'absent' | 'lost' | 'late'

export function createProber(redisUrl: string, { answerWithinMs, lookEveryMs } = usualPace): Prober {
  const connection = connect(redisUrl, { patient: true })
  const channels = new Map<string, { queue: Queue; events: QueueEvents; listening: Connection }>()

  const channelOf = (network: string) => {
    const known = channels.get(network)
    if (known !== undefined) return known
    const name = probeQueue(network)
    // Listening blocks a connection, and BullMQ leaves one that it was given open.
    const listening = connect(redisUrl, { patient: true })
    const events = new QueueEvents(name, { connection: listening, prefix })
    const queue = new Queue(name, { connection, prefix })
    // Each probe that is under way listens.
    for (const emitter of [queue, events]) emitter.setMaxListeners(0)
    const channel = { queue, events, listening }
    channels.set(network, channel)
    return channel
  }

  const someoneLives = async (network: string) => (await workersOf(connection, network)).length > 0

  /** Resolves when there is nothing to wait for any more. */
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
      return await Promise.race([job.waitUntilFinished(events, Math.max(1, until - performance.now())), unheard])
    } catch (error) {
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
        // One that nobody has taken must not be looked at when nobody waits for it any more.
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
