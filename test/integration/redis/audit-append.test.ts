import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { ChainCheck, type ChainHead } from '../../../src/domain/audit.ts'
import { auditIndexKey, redisAudit } from '../../../src/redis/audit.ts'
import { redisAuditWriter } from '../../../src/redis/audit-append.ts'

/** Entries that change no request are appended in one round trip, also beside other writers. */

let server: RedisServer
let redis: Redis
/** With the rights of the bot. */
let bot: Redis
const noted: ChainHead[] = []
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
  bot = new Redis(server.urlFor('bot'))
})
afterAll(async () => {
  redis.disconnect()
  bot.disconnect()
  await server.close()
})
beforeEach(async () => {
  await redis.flushall()
  noted.length = 0
})

const writer = () => redisAuditWriter(bot, (head) => noted.push(head))
const entry = (what: string, request = '') => ({ at: '2026-01-01T00:00:00.000Z', request, event: 'refused', state: '', what })

async function evaluations(): Promise<number> {
  return Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? '0')
}

test('a writer that is alone takes one round trip for each; after another one’s entry it takes one more', async () => {
  const [one, other] = [writer(), writer()]
  await redis.config('RESETSTAT')
  for (const what of ['a', 'b', 'c']) await one.append(entry(what))
  expect(await evaluations()).toBe(3)
  await other.append(entry('d'))
  await one.append(entry('e'))
  expect(await evaluations()).toBe(3 + 2 + 2)
  expect(noted.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5])
})

test('of many at once none is lost, and the chain is whole', async () => {
  const writers = Array.from({ length: 5 }, writer)
  await Promise.all(writers.flatMap((each, index) => [1, 2, 3, 4].map((count) => each.append(entry(`${index}-${count}`)))))
  const audit = redisAudit(redis)
  const check = new ChainCheck({ kept: noted })
  for await (const link of audit.links(await audit.cut(), 0)) check.add(link)
  expect(check.end(await audit.count())).toBeUndefined()
  expect(check.head.count).toBe(20)
})

test('one that is about a request is in its history, any other in none', async () => {
  await writer().append(entry('a', 'PL-1'))
  await writer().append(entry('b'))
  expect(await redis.keys(auditIndexKey('*'))).toEqual([auditIndexKey('PL-1')])
  expect((await redisAudit(redis).of('PL-1')).map(({ what }) => what)).toEqual(['a'])
})
