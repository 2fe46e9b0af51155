import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'

/** docs/operations.md, Rotate a secret: a Redis user may have two passwords, so that no process has to stop. */

let server: RedisServer
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})
afterAll(async () => {
  admin.disconnect()
  await server.close()
})

const connectWith = (password: string) => {
  const url = new URL(server.urlFor('bot'))
  url.password = password
  const redis = new Redis(url.href, { maxRetriesPerRequest: 0, retryStrategy: () => null })
  redis.on('error', () => undefined)
  return redis
}

test('both passwords count until the old one is taken away, which ends no connection', async () => {
  const { password: old } = new URL(server.urlFor('bot'))
  const running = connectWith(old)
  expect(await running.get('{privatelink}:request:PL-1')).toBeNull()
  await admin.call('ACL', 'SETUSER', 'bot', '>the-new-one')
  const [before, after] = [connectWith(old), connectWith('the-new-one')]
  expect([await before.ping(), await after.ping()]).toEqual(['PONG', 'PONG'])
  await admin.call('ACL', 'SETUSER', 'bot', `<${old}`)
  expect(await running.get('{privatelink}:request:PL-1')).toBeNull()
  const late = connectWith(old)
  await expect(late.get('{privatelink}:request:PL-1')).rejects.toThrow()
  const next = connectWith('the-new-one')
  expect(await next.get('{privatelink}:request:PL-1')).toBeNull()
  for (const redis of [running, before, after, late, next]) redis.disconnect()
})
