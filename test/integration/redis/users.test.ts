import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'

/** The users of `npm run acl`: each process reaches its own keys and no others. That they reach enough is seen by every e2e test. */

test('Redis loads the file as it is: it refuses one with a line that is no user', () => {
  const lines = readFileSync('redis-users.acl', 'utf8').trimEnd().split('\n')
  expect(lines.filter((line) => !/^user [\w.-]+ (on |off )/.test(line))).toEqual([])
})

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.close())

const ledger = '{privatelink}:request:PL-1'
const former = '{privatelink}:audit:entries'
const log = '{privatelink}:audit:log'
const appended = '{privatelink}:audit:appended'
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
    [user, 'DEL', log],
    [user, 'SET', log, ''],
    [user, 'LTRIM', log, '1', '0'],
    [user, 'LPOP', log],
    [user, 'RPOP', log],
    [user, 'LREM', log, '0', 'x'],
    [user, 'LSET', log, '0', 'x'],
    [user, 'LPUSH', log, 'x'],
    [user, 'LMOVE', log, '{privatelink}:requests:x', 'LEFT', 'LEFT'],
    [user, 'RENAME', log, '{privatelink}:requests:open'],
    [user, 'EVAL', "return redis.call('DEL', KEYS[1])", '1', log],
    [user, 'EVAL', "return redis.call('LTRIM', KEYS[1], 1, 0)", '1', log],
    [user, 'SET', appended, '0'],
    [user, 'DECR', appended],
    [user, 'INCRBY', appended, '-1'],
    [user, 'DEL', appended],
    [user, 'SET', '{privatelink}:audit:archived', 'x'],
    [user, 'XADD', former, 'MAXLEN', '0', '*', 'entry', 'x'],
    [user, 'EVAL', "return redis.call('XADD', KEYS[1], 'MAXLEN', '0', '*', 'entry', 'x')", '1', former],
    [user, 'XDEL', former, '1-1'],
    [user, 'XTRIM', former, 'MAXLEN', '0'],
    [user, 'SET', '{privatelink}:audit:head', 'x'],
    [user, 'LPOP', '{privatelink}:audit:of:PL-1'],
  ]),
  ['bot', 'SELECT', '1'],
  ['jobs', 'FUNCTION', 'LIST'],
  ['jobs', 'SCRIPT', 'FLUSH'],
  ['jobs', 'SET', '{privatelink}:watches:number', '1'],
  ['bot', 'EVAL', "return redis.call('GET', KEYS[1])", '2', ledger, '{privatelink}:budget:key'],
  ['diagnostics-prod-westus3', 'EVAL', "return redis.call('GET', KEYS[1])", '1', ledger],
  ['diagnostics-prod-westus3', 'EVAL', "return redis.call('GET', ARGV[1])", '0', ledger],
  ['diagnostics-prod-westus3', 'PUBLISH', 'any', 'thing'],
  ['diagnostics-prod-westus3', 'XRANGE', former, '-', '+'],
  ['diagnostics-prod-westus3', 'COPY', probe, '{privatelink}:work:id'],
  ['auditor', 'SCAN', '0'],
  ['auditor', 'GET', ledger],
  ['auditor', 'DEL', log],
  ['auditor', 'RPUSH', log, 'x'],
  ['archivist', 'GET', ledger],
  ['archivist', 'RPUSH', log, 'x'],
  ['archivist', 'DEL', log],
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
