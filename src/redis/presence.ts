import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Closable, closable } from '../closable.ts'
import type { Log } from '../log.ts'
import { repeat } from '../repeat.ts'
import type { Connection } from './connection.ts'
import { probeQueue, queueKey } from './queues.ts'

/** A worker whose last heartbeat is older than this counts as gone, in seconds. */
const goneAfterSeconds = 7
const beatEveryMs = 2_000

/** What a diagnostics worker announces of itself. */
export interface WorkerPresence {
  readonly id: string
  readonly version: string
  readonly startedAt: string
}

const presenceSchema = z.object({ id: z.string().max(100), version: z.string().max(100), startedAt: z.string().max(100) })

/** Longest announcement, in characters, and most workers of a network that are looked at. */
const [longestPresence, mostWorkers] = [1_000, 1_000]

function keyOf(network: string): string {
  return queueKey(probeQueue(network), 'workers')
}

/** Notes a heartbeat at the time of Redis' clock, because a worker's own clock may be wrong. */
const beat = `
local workers, presence = KEYS[1], ARGV[1]
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', workers, now, presence)
redis.call('ZREMRANGEBYSCORE', workers, '-inf', now - 60)
redis.call('EXPIRE', workers, 60)
return 1
`

/** Returns the workers whose last heartbeat is recent. */
const heard = `
local workers, goneAfter = KEYS[1], tonumber(ARGV[1])
local now = tonumber(redis.call('TIME')[1])
return redis.call('ZRANGEBYSCORE', workers, now - goneAfter, '+inf')
`

export interface Announced extends Closable {
  /** Seconds since Redis took the last heartbeat. */
  age(): number
  /** Why others count this worker as gone, in a few words; undefined while they do not. */
  problem(): string | undefined
}

/** Sends a heartbeat for a worker of this network every two seconds; `close` removes the worker from the list. */
export async function announce(redis: Connection, network: string, version: string, log: Log): Promise<Announced> {
  const presence: WorkerPresence = { id: randomUUID(), version, startedAt: new Date().toISOString() }
  const text = JSON.stringify(presence)
  let heardAt = 0
  const say = async () => {
    const at = performance.now()
    await redis.eval(beat, 1, keyOf(network), text)
    heardAt = at
  }
  const age = () => (performance.now() - heardAt) / 1_000
  await say()
  const beats = repeat('heartbeat', beatEveryMs, log, say)
  return {
    age,
    problem() {
      if (redis.status !== 'ready') return 'is not connected'
      return age() > goneAfterSeconds ? `has taken no heartbeat for ${Math.round(age())} s` : undefined
    },
    ...closable(async () => {
      beats.close()
      // While Redis is away this would wait for it without an end; the heartbeat is forgotten by itself.
      if (redis.status === 'ready') await redis.zrem(keyOf(network), text).catch(() => undefined)
    }),
  }
}

/** The workers of a network whose last heartbeat is recent. */
export async function workersOf(redis: Connection, network: string): Promise<readonly WorkerPresence[]> {
  const texts = z
    .string()
    .array()
    .parse(await redis.eval(heard, 1, keyOf(network), String(goneAfterSeconds)))
  // A worker writes these itself, so that one of them may be anything.
  return texts.slice(0, mostWorkers).flatMap((text) => {
    const parsed = presenceSchema.safeParse(text.length > longestPresence ? undefined : jsonOf(text))
    return parsed.success ? [parsed.data] : []
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
