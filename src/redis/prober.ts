import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, Queue, QueueEvents } from 'bullmq'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { TerminalError } from '../domain/errors.ts'
import { type Connection, connect } from './connection.ts'
import { workersOf } from './presence.ts'
import { type Probe, prefix, probeQueue } from './queues.ts'

/** Asks the diagnostics worker of a network to look. */
export interface Prober {
  /** Nothing when no worker of that network lives, or none answered within twelve seconds. May be repeated: looking changes nothing. */
  probe(network: string, probe: Probe, signal: AbortSignal): Promise<NetworkEvidence | undefined>
  close(): Promise<void>
}

/** A probe takes five seconds at most: a worker that has not answered by then has died, and another one is asked. */
const answerWithinMs = 6_000
const attempts = 2

/** While it waits, it looks this often whether any worker still lives. */
const lookEveryMs = 1_000

export function createProber(redisUrl: string): Prober {
  const connection = connect(redisUrl, { patient: true })
  const channels = new Map<string, { queue: Queue; events: QueueEvents; listening: Connection }>()

  const channelOf = (network: string) => {
    const known = channels.get(network)
    if (known !== undefined) return known
    const name = probeQueue(network)
    // Listening blocks a connection, and BullMQ leaves one that it was given open.
    const listening = connect(redisUrl, { patient: true })
    const channel = {
      queue: new Queue(name, { connection, prefix }),
      events: new QueueEvents(name, { connection: listening, prefix }),
      listening,
    }
    channels.set(network, channel)
    return channel
  }

  const someoneLives = async (network: string) => (await workersOf(connection, network)).length > 0

  /** Resolves when no worker lives any more. */
  const allDead = async (network: string, over: AbortSignal): Promise<undefined> => {
    while (!over.aborted) {
      await sleep(lookEveryMs, undefined, { signal: over }).catch(() => undefined)
      if (!over.aborted && !(await someoneLives(network))) return undefined
    }
    return undefined
  }

  const answerTo = async (job: Job, network: string, host: string, signal: AbortSignal): Promise<NetworkEvidence | undefined> => {
    const { events } = channelOf(network)
    const over = new AbortController()
    try {
      return await Promise.race([job.waitUntilFinished(events, answerWithinMs), allDead(network, over.signal)])
    } catch (error) {
      signal.throwIfAborted()
      if ((await job.getState()) !== 'failed') return undefined
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
    async probe(network, probe, signal) {
      const { queue, events } = channelOf(network)
      await events.waitUntilReady()
      for (let attempt = 1; attempt <= attempts && (await someoneLives(network)); attempt++) {
        const job = await queue.add('probe', probe, { attempts: 1, removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } })
        const answer = await answerTo(job, network, probe.host, signal)
        if (answer !== undefined) return answer
        signal.throwIfAborted()
        await job.remove().catch(() => undefined)
      }
      return undefined
    },
    async close() {
      await Promise.all([...channels.values()].flatMap(({ queue, events }) => [queue.close(), events.close()]))
      for (const each of [connection, ...[...channels.values()].map(({ listening }) => listening)]) each.disconnect()
    },
  }
}
