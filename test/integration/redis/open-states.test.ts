import { expect, test } from 'vitest'
import { newRequest } from '../../../src/domain/request.ts'
import { openStates, redisLedger } from '../../../src/redis/ledger.ts'
import { openApproval } from '../../open-approval.ts'
import { ownRedis } from '../../own-redis.ts'
import { alice, bob, carol, plan } from '../../unit/literals.ts'

/** How many requests are in which state is counted without reading them. */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const

const own = ownRedis()

test('each request counts in its newest state, until it is finished and reviewed', async () => {
  const ledger = redisLedger(own.redis)
  const asked = { by: alice, place, at, services: [{ service: 'analytics-prod' }], network: 'prod-westus3' }
  for (const id of ['PL-1', 'PL-2', 'PL-3']) await ledger.create(newRequest(id, asked))
  expect(await openStates(own.redis)).toEqual({ states: ['planning', 'planning', 'planning'], unreviewed: 0 })

  await ledger.record('PL-1', { type: 'cancel', by: alice, surface: 'slack', at })
  await ledger.record('PL-2', { type: 'claim', run: 'r1', at })
  const approval = openApproval({
    approvers: [bob, carol],
    breakGlass: [bob],
    places: [place],
    askedAt: at,
    expiresAt: '2026-01-02T12:00:00.000Z',
  })
  await ledger.record('PL-2', { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
  await ledger.record('PL-2', { type: 'override', by: bob, surface: 'slack', digest: 'd1', reason: 'an incident', at })
  await ledger.record('PL-2', { type: 'claim', run: 'r2', at })
  await ledger.record('PL-2', { type: 'fail', run: 'r2', outcome: {}, at })
  expect((await ledger.get('PL-2'))?.state).toBe('failed')
  const noted = await openStates(own.redis)
  expect(noted.states.toSorted()).toEqual(['failed', 'planning'])
  expect(noted.unreviewed).toBe(1)

  await own.redis.del('{privatelink}:requests:states')
  const counted = await openStates(own.redis)
  expect(counted.states.toSorted()).toEqual(['failed', 'planning'])
  expect(counted.unreviewed).toBe(1)

  await ledger.record('PL-2', { type: 'review', by: carol, surface: 'slack', at })
  await ledger.record('PL-3', { type: 'cancel', by: alice, surface: 'slack', at })
  expect(await openStates(own.redis)).toEqual({ states: [], unreviewed: 0 })
})
