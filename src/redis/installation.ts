import { randomBytes } from 'node:crypto'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

export const installationKey = `${prefix}:installation`

/**
 * Returns this installation's id: the `configured` one, else the one that Redis keeps, which the first process that asks has made. An emptied Redis gets
 * back the id that this process knows.
 */
export function redisInstallation(redis: Connection, configured?: string): () => Promise<string> {
  if (configured !== undefined) return async () => configured
  let known = randomBytes(4).toString('hex')
  return async () => {
    await redis.set(installationKey, known, 'NX')
    known = (await redis.get(installationKey)) ?? known
    return known
  }
}
