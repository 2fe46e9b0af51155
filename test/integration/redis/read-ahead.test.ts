import { expect, test } from 'vitest'
import { newRequest } from '../../../src/domain/request.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { readAhead } from '../../../src/redis/read-ahead.ts'
import { ownRedis } from '../../own-redis.ts'
import { alice } from '../../unit/literals.ts'

const at = '2026-01-01T12:00:00.000Z'
const asked = { by: alice, place: { surface: 'slack', id: 'C1' }, at, services: [], network: 'prod-westus3' } as const

const own = ownRedis()

const reads = async () => Number(/cmdstat_get:calls=(\d+)/.exec(await own.redis.info('commandstats'))?.[1] ?? 0)

test('a read that was begun is taken once, and the next one sees what was written since', async () => {
  const { ledger, begin } = readAhead(redisLedger(own.redis))
  await ledger.create(newRequest('PL-1', asked))
  const before = await reads()
  begin('PL-1')
  expect((await ledger.get('PL-1'))?.state).toBe('planning')
  expect(await reads()).toBe(before + 1)
  await ledger.record('PL-1', { type: 'cancel', by: alice, surface: 'slack', at })
  expect((await ledger.get('PL-1'))?.state).toBe('cancelled')
})

test('what nobody took in time is read anew', async () => {
  const { ledger, begin } = readAhead(redisLedger(own.redis))
  await ledger.create(newRequest('PL-2', asked))
  begin('PL-2')
  await ledger.record('PL-2', { type: 'cancel', by: alice, surface: 'slack', at })
  await expect.poll(async () => await own.redis.get('{privatelink}:request:PL-2')).toContain('cancelled')
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  expect((await ledger.get('PL-2'))?.state).toBe('cancelled')
})

test('a read that fails is told to whoever asks for it, and nobody else', async () => {
  const away = readAhead({ ...redisLedger(own.redis), get: () => Promise.reject(new Error('away')) })
  away.begin('PL-1')
  await new Promise((resolve) => setTimeout(resolve, 10))
  await expect(away.ledger.get('PL-1')).rejects.toThrow('away')
})
