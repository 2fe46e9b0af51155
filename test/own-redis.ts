import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { type RedisServer, startRedis } from '../sandbox/redis.ts'

/** A Redis server for the tests of one file, and a connection to it, from the file's first test to its last. */
export function ownRedis(): { readonly server: RedisServer; readonly redis: Redis } {
  let running: { readonly server: RedisServer; readonly redis: Redis } | undefined
  const own = () => {
    if (running === undefined) throw new Error('The Redis of this file runs only while its tests do.')
    return running
  }
  beforeAll(async () => {
    const server = await startRedis()
    running = { server, redis: new Redis(server.url) }
  })
  afterAll(async () => {
    running?.redis.disconnect()
    await running?.server.close()
  })
  return {
    get server() {
      return own().server
    },
    get redis() {
      return own().redis
    },
  }
}
