import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../sandbox/redis.ts'

/** The users of redis-users.acl: each process reaches its own keys and no others. That they reach enough is seen by every e2e test. */

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.close())

const ledger = '{privatelink}:request:PL-1'
const probe = '{privatelink}:probe-prod-westus3:id'

test.each([
  ['diagnostics', 'GET', ledger],
  ['diagnostics', 'SET', ledger, 'forged'],
  ['diagnostics', 'GET', '{privatelink}:probe-other:id'],
  ['diagnostics', 'GET', '{privatelink}:outbox:id'],
  ['bot', 'GET', probe],
  ['bot', 'SET', '{privatelink}:inventory', 'forged'],
  ['jobs', 'GET', '{privatelink}:messages:request-PL-1'],
  ['jobs', 'GET', 'somebody-else'],
  ['bot', 'FLUSHALL'],
  ['jobs', 'CONFIG', 'GET', '*'],
  ['diagnostics', 'ACL', 'LIST'],
  ['auditor', 'GET', ledger],
  ['auditor', 'DEL', '{privatelink}:audit:entries'],
  ['auditor', 'XTRIM', '{privatelink}:audit:entries', 'MAXLEN', '0'],
])('%s may not %s %s', async (user, command, ...args) => {
  const redis = new Redis(server.urlFor(user))
  await expect(redis.call(command, ...args)).rejects.toThrow('NOPERM')
  redis.disconnect()
})

test.each([
  ['diagnostics', probe],
  ['bot', ledger],
  ['jobs', ledger],
  ['jobs', probe],
])('%s may read %s', async (user, key) => {
  const redis = new Redis(server.urlFor(user))
  expect(await redis.get(key)).toBeNull()
  redis.disconnect()
})
