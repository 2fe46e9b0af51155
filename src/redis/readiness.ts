import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** How long Redis may take to answer, in milliseconds. */
const answerWithinMs = 500

/** Keys that are written to see whether Redis takes writes: one that the user of each process may write. */
const writtenKeys = { bot: `${prefix}:limit:ready`, jobs: `${prefix}:budget:ready` }

export async function redisAnswers(redis: Connection): Promise<boolean> {
  const pinged = redis.ping().then(
    () => true,
    () => false,
  )
  return await Promise.race([pinged, sleep(answerWithinMs, false, { ref: false })])
}

/** Whether somebody paused the queue, e.g. in the dashboard: then no worker takes jobs of it. False while Redis does not answer. */
export async function isPaused(redis: Connection, queue: string): Promise<boolean> {
  const read = redis.hexists(`${prefix}:${queue}:meta`, 'paused').then(
    (found) => found === 1,
    () => false,
  )
  return await Promise.race([read, sleep(answerWithinMs, false, { ref: false })])
}

/** What is wrong with Redis, in a few words. A write, because a replica, a full one and one that loads its data answer a PING as well. */
export async function redisProblem(redis: Connection, process: keyof typeof writtenKeys): Promise<string | undefined> {
  // A command of a patient connection would wait, and every look would add one.
  if (redis.status !== 'ready') return 'does not answer'
  const written = redis.set(writtenKeys[process], '', 'PX', 1_000).then(
    () => undefined,
    (error: Error) =>
      /^[A-Z]{3,}\b/.test(error.message) ? `takes no writes: ${error.message.split(' ')[0]}` : 'does not answer',
  )
  return await Promise.race([written, sleep(answerWithinMs, 'does not answer', { ref: false })])
}
