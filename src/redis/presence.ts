import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Closable, closable } from '../closable.ts'
import type { Log } from '../log.ts'
import { repeat } from '../repeat.ts'
import type { Connection } from './connection.ts'
import { prefix, probeQueue } from './queues.ts'

/** A worker that was not heard of for so long is gone, in seconds. */
const goneAfterSeconds = 7
const beatEveryMs = 2_000

/** A diagnostics worker as it says of itself. */
export interface WorkerPresence {
  readonly id: string
  readonly version: string
  readonly startedAt: string
}

const presenceSchema = z.object({ id: z.string(), version: z.string(), startedAt: z.string() })

function keyOf(network: string): string {
  return `${prefix}:${probeQueue(network)}:workers`
}

/** By Redis' own clock: that of a worker may be what is wrong. */
const beat = `
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60)
redis.call('EXPIRE', KEYS[1], 60)
return 1
`

const heard = `
local now = tonumber(redis.call('TIME')[1])
return redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[1]), '+inf')
`

/** Says at intervals that a worker of this network lives, and at the end that it has gone. */
export async function announce(redis: Connection, network: string, version: string, log: Log): Promise<Closable> {
  const presence: WorkerPresence = { id: randomUUID(), version, startedAt: new Date().toISOString() }
  const text = JSON.stringify(presence)
  const say = async () => void (await redis.eval(beat, 1, keyOf(network), text))
  await say()
  const beats = repeat('heartbeat', beatEveryMs, log, say)
  return closable(async () => {
    beats.close()
    await redis.zrem(keyOf(network), text).catch(() => undefined)
  })
}

/** The workers of a network that live, by their last heartbeat. */
export async function workersOf(redis: Connection, network: string): Promise<readonly WorkerPresence[]> {
  const texts = z
    .string()
    .array()
    .parse(await redis.eval(heard, 1, keyOf(network), String(goneAfterSeconds)))
  return texts.flatMap((text) => {
    const parsed = presenceSchema.safeParse(JSON.parse(text))
    return parsed.success ? [parsed.data] : []
  })
}
