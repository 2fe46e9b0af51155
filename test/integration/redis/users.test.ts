import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'

/** The users of `npm run acl`: each process reaches its own keys and no others. That they reach enough is seen by every e2e test. */

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.close())

const ledger = '{privatelink}:request:PL-1'
const entries = '{privatelink}:audit:entries'
const probe = '{privatelink}:probe-prod-westus3:id'

test.each([
  ['diagnostics-prod-westus3', 'GET', ledger],
  ['diagnostics-prod-westus3', 'SET', ledger, 'forged'],
  ['diagnostics-prod-westus3', 'GET', '{privatelink}:probe-other:id'],
  ['diagnostics-prod-westus3', 'GET', '{privatelink}:outbox:id'],
  ['bot', 'GET', probe],
  ['bot', 'SET', '{privatelink}:inventory', 'forged'],
  ['jobs', 'GET', '{privatelink}:messages:request-PL-1'],
  ['jobs', 'GET', 'somebody-else'],
  ['jobs', 'HGETALL', '{privatelink}:teams:people'],
  ['diagnostics-prod-westus3', 'HGETALL', '{privatelink}:teams:people'],
  ['bot', 'FLUSHALL'],
  ['jobs', 'CONFIG', 'GET', '*'],
  ['diagnostics-prod-westus3', 'ACL', 'LIST'],
  ['diagnostics-prod-westus3', 'SCRIPT', 'FLUSH'],
  ['diagnostics-prod-westus3', 'FUNCTION', 'LIST'],
  ['diagnostics-prod-westus3', 'SCAN', '0'],
  ['diagnostics-prod-westus3', 'RANDOMKEY'],
  ['diagnostics-prod-westus3', 'SELECT', '1'],
  ...['bot', 'jobs'].flatMap((user) => [
    [user, 'DEL', entries],
    [user, 'SET', entries, ''],
    [user, 'XDEL', entries, '1-1'],
    [user, 'XTRIM', entries, 'MAXLEN', '0'],
    [user, 'EXPIRE', '{privatelink}:audit:head', '1'],
    [user, 'LPOP', '{privatelink}:audit:of:PL-1'],
    [user, 'RENAME', entries, '{privatelink}:requests:open'],
    [user, 'EVAL', "return redis.call('DEL', KEYS[1])", '1', entries],
  ]),
  ['bot', 'SELECT', '1'],
  ['jobs', 'FUNCTION', 'LIST'],
  ['jobs', 'SCRIPT', 'FLUSH'],
  ['jobs', 'SET', '{privatelink}:watches:number', '1'],
  ['bot', 'EVAL', "return redis.call('GET', KEYS[1])", '2', ledger, '{privatelink}:budget:key'],
  ['diagnostics-prod-westus3', 'EVAL', "return redis.call('GET', KEYS[1])", '1', ledger],
  ['diagnostics-prod-westus3', 'EVAL', "return redis.call('GET', ARGV[1])", '0', ledger],
  ['diagnostics-prod-westus3', 'PUBLISH', 'any', 'thing'],
  ['diagnostics-prod-westus3', 'XRANGE', entries, '-', '+'],
  ['diagnostics-prod-westus3', 'COPY', probe, '{privatelink}:work:id'],
  ['auditor', 'SCAN', '0'],
  ['auditor', 'GET', ledger],
  ['auditor', 'DEL', entries],
  ['auditor', 'XTRIM', entries, 'MAXLEN', '0'],
])('%s may not %s %s', async (user = '', command = '', ...args) => {
  const redis = new Redis(server.urlFor(user))
  await expect(redis.call(command, ...args)).rejects.toThrow(/NOPERM|The user executing the script can't access/)
  redis.disconnect()
})

test.each([
  ['diagnostics-prod-westus3', probe],
  ['bot', ledger],
  ['jobs', ledger],
  ['jobs', probe],
])('%s may read %s', async (user, key) => {
  const redis = new Redis(server.urlFor(user))
  expect(await redis.get(key)).toBeNull()
  redis.disconnect()
})
