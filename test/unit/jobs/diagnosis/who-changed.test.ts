import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { WireActivity } from '../../../../src/clickhouse/wire.ts'
import type { Look } from '../../../../src/domain/diagnosis/diagnosis.ts'
import type { Request } from '../../../../src/domain/request.ts'
import { withWhoChanged } from '../../../../src/jobs/diagnosis/who-changed.ts'
import { alice, plan, service } from '../../literals.ts'

/** Who has changed what since it worked: asked once, and only where something has changed. */

const { signal } = new AbortController()
const at = (minute: number) => `2026-03-01T11:${String(minute).padStart(2, '0')}:00.000Z`
const list = { what: 'the allow list', said: 'lost g', inPublic: 'lost 1 entry' }
const record = { what: 'the record', said: 'was a, is b', inPublic: 'was a, is b' }
const result = (minute: number, ...changes: (typeof list)[]): Look => ({
  network: 'prod-westus3',
  since: { lastHealthyAt: at(minute), changes },
})
const activity = (minute: number, more: Partial<WireActivity> = {}): WireActivity => ({
  ...{
    createdAt: at(minute),
    type: 'service_update_private_endpoints',
    actorType: 'api',
    actorId: 'k1',
    actorDetails: 'terraform-ci',
  },
  serviceId: service.id,
  ...more,
})
const request = (minute: number, changed = true): Request => ({
  ...{ id: 'PL-7', action: 'revoke', state: 'done', plan },
  asked: { by: alice, place: { surface: 'slack', id: 'C' }, at: at(0), services: [], network: 'prod-westus3' },
  steps: { 'allow-list': { state: 'done', startedAt: at(minute), finishedAt: at(minute), changed } },
})

function sources(activities: () => Promise<readonly WireActivity[]>, requests: readonly Request[] = []) {
  const asked: string[] = []
  const clickhouse = {
    activities: async (_organization: string, from: string) => {
      asked.push(from)
      return await activities()
    },
  }
  return { asked, clickhouse, ledger: { newest: async () => requests }, log: pino({ level: 'silent' }) }
}

test('our own requests and what ClickHouse Cloud remembers, in their order, each with who', async () => {
  const seen = sources(
    async () => [
      activity(47),
      activity(48, { type: 'service_stop', actorType: 'user', actorDetails: 'eve@acme.example' }),
      activity(49, { type: 'user_login' }),
      activity(50, { serviceId: 'another' }),
      activity(51, { actorType: 'support' }),
      activity(5),
    ],
    [request(30), { ...request(31, false), id: 'PL-8' }, { ...request(2), id: 'PL-1' }],
  )
  const [first, second, third] = await withWhoChanged([result(12, list), result(10, list), result(20)], service, seen, signal)
  expect(seen.asked).toEqual([at(10)])
  const events = [
    { at: at(30), what: 'revoke PL-7 for prod-westus3', by: 'Alice' },
    { at: at(47), what: 'allow list changed', by: 'API key “terraform-ci”' },
    { at: at(48), what: 'service stopped', by: 'eve@acme.example' },
    { at: at(51), what: 'allow list changed', by: 'ClickHouse support' },
  ]
  expect(first?.since?.events).toEqual(events)
  expect(second?.since?.events).toEqual(events)
  expect(third?.since).not.toHaveProperty('events')
})

test('what changed elsewhere is not asked of ClickHouse Cloud, and what did not change of nobody', async () => {
  const seen = sources(async () => [activity(47)])
  expect(await withWhoChanged([result(10, record)], service, seen, signal)).toEqual([result(10, record)])
  const healthy = { network: 'n' }
  expect(await withWhoChanged([result(10), healthy], service, seen, signal)).toEqual([result(10), healthy])
  expect(seen.asked).toEqual([])
})

test('where it refuses or is silent, the result is as it was, and our own requests are added', async () => {
  const refusing = sources(async () => {
    throw new Error('HTTP 403')
  })
  expect(await withWhoChanged([result(10, list)], service, refusing, signal)).toEqual([result(10, list)])
  const silent = sources(() => new Promise(() => undefined), [request(30)])
  const [told] = await withWhoChanged([result(10, list)], service, silent, signal)
  expect(told?.since?.events).toMatchObject([{ what: 'revoke PL-7 for prod-westus3' }])
})
