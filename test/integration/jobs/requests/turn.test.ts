import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../../sandbox/redis.ts'
import { newRequest } from '../../../../src/domain/request.ts'
import { takeTurn } from '../../../../src/jobs/requests/turn.ts'
import { type Connection, connect } from '../../../../src/redis/connection.ts'
import { redisLedger } from '../../../../src/redis/ledger.ts'
import { redisTurns } from '../../../../src/redis/turns.ts'
import { openApproval } from '../../../open-approval.ts'
import { alice, bob, plan } from '../../../unit/literals.ts'

/** Whose turn it is, in a real Redis: no clock decides, and nobody has it twice. */

let server: RedisServer
let redis: Connection
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.urlFor('jobs'), { patient: true })
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})
beforeEach(async () => {
  const admin = connect(server.url, { patient: true })
  await admin.flushall()
  admin.disconnect()
})

const place = { surface: 'slack', id: 'C1' } as const
const jobs = () => ({ ledger: redisLedger(redis), turns: redisTurns(redis) })

/** A setup that was approved at this time, by the clock of the bot that took the click. */
async function approved(id: string, at: string, network = 'prod-westus3'): Promise<void> {
  const { ledger } = jobs()
  const asked = { by: alice, place, at, services: [{ service: 'analytics-prod' }], network }
  await ledger.create(newRequest(id, asked))
  await ledger.record(id, { type: 'claim', run: id, at })
  const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2027-01-01T12:00:00.000Z' })
  await ledger.record(id, { type: 'plan-ready', run: id, plan: { ...plan, network }, digest: 'd', approval })
  await ledger.record(id, { type: 'approve', by: bob, digest: 'd', at })
}

test('whoever has begun stays ahead of one that was approved earlier by another clock', async () => {
  await approved('PL-1', '2026-01-01T12:00:01.000Z')
  expect(await takeTurn('PL-1', jobs())).toBeUndefined()
  await approved('PL-2', '2026-01-01T12:00:00.000Z')
  expect((await takeTurn('PL-2', jobs()))?.id).toBe('PL-1')
  expect(await takeTurn('PL-1', jobs())).toBeUndefined()
  await jobs().ledger.record('PL-1', { type: 'claim', run: 'r', at: '2026-01-01T12:00:02.000Z' })
  await jobs().ledger.record('PL-1', { type: 'finish', run: 'r', outcome: {}, at: '2026-01-01T12:00:03.000Z' })
  expect(await takeTurn('PL-2', jobs())).toBeUndefined()
})

test('of many that ask at once, approved in the same millisecond or not, one has the turn', async () => {
  const ids = Array.from({ length: 12 }, (_, index) => `PL-${index + 1}`)
  await Promise.all(ids.map((id, index) => approved(id, `2026-01-01T12:00:0${index % 3}.000Z`)))
  const answers = await Promise.all([...ids, ...ids].map((id) => takeTurn(id, jobs())))
  const having = new Set([...ids, ...ids].filter((_, index) => answers[index] === undefined))
  expect(having.size).toBe(1)
  const [winner = ''] = having
  for (const id of ids) expect(((await takeTurn(id, jobs())) ?? { id }).id).toBe(id === winner ? id : winner)
})
