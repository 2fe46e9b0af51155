import { Queue, QueueEvents } from 'bullmq'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { TerminalError } from '../domain/errors.ts'
import { connect } from './connection.ts'
import { type Probe, prefix, probeQueue } from './queues.ts'

/** Asks the diagnostics worker of a network to look. */
export interface Prober {
  /** Nothing when no worker of that network answered within twelve seconds. May be repeated: looking changes nothing. */
  probe(network: string, probe: Probe, signal: AbortSignal): Promise<NetworkEvidence | undefined>
  close(): Promise<void>
}

const answerWithinMs = 12_000

export function createProber(redisUrl: string): Prober {
  const connection = connect(redisUrl, { patient: true })
  const channels = new Map<string, { queue: Queue; events: QueueEvents }>()

  const channelOf = (network: string) => {
    const known = channels.get(network)
    if (known !== undefined) return known
    const name = probeQueue(network)
    const channel = {
      queue: new Queue(name, { connection, prefix }),
      events: new QueueEvents(name, { connection: connect(redisUrl, { patient: true }), prefix }),
    }
    channels.set(network, channel)
    return channel
  }

  return {
    async probe(network, probe, signal) {
      const { queue, events } = channelOf(network)
      await events.waitUntilReady()
      const options = { attempts: 1, removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } }
      const job = await queue.add('probe', probe, options)
      try {
        return await job.waitUntilFinished(events, answerWithinMs)
      } catch (error) {
        signal.throwIfAborted()
        if ((await job.getState()) === 'failed') {
          throw new TerminalError(
            'probe-refused',
            `The diagnostics worker of ${network} refused to look at ${probe.host}: ${String(error)}`,
            {
              cause: error,
              remedy: 'Check DIAGNOSTICS_HOST_SUFFIXES and DIAGNOSTICS_PREFIXES of that worker.',
            },
          )
        }
        await job.remove().catch(() => undefined)
        return undefined
      }
    },
    async close() {
      await Promise.all([...channels.values()].flatMap(({ queue, events }) => [queue.close(), events.close()]))
      connection.disconnect()
    },
  }
}
