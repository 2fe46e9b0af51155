import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { diagnosisCard } from '../../../../src/bot/cards/diagnosis/diagnosis-card.ts'
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts'
import type { DnsAnswer } from '../../../../src/domain/diagnosis/evidence.ts'
import { type DiagnosisJobs, workOnDiagnosis } from '../../../../src/jobs/diagnosis/diagnose.ts'
import { alice, data } from '../../../sample-requests.ts'
import * as the from '../../domain/diagnosis/evidence-literals.ts'
import { service } from '../../literals.ts'

/** A result that is not final is finished by itself. */

const { signal } = new AbortController()
const network = {
  ...{ name: 'one', subscription: 's', resourceGroup: 'rg', vnet: 'vnet', subnet: 'endpoints', location: 'westus3' },
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
}
const endpoint = {
  ...{ id: the.endpointId, guid: the.guid, connection: 'Approved', connectsTo: 'alias', address: the.address },
  subnetId: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/endpoints',
}

/** `lists`: what ClickHouse Cloud answers to the first question, the second…; the last one stays. */
function stage(seen: () => unknown, lists: readonly (() => Promise<readonly string[]>)[]) {
  const asked = { by: alice, place: data, at: new Date().toISOString(), service: service.name, network: 'one' }
  let kept: Diagnosis = { id: 'DG-1', asked }
  let calls = 0
  const shown: (string | undefined)[] = []
  const now = new Date().toISOString()
  const jobs = {
    networks: [network],
    log: pino({ level: 'silent' }),
    diagnoses: {
      get: async () => kept,
      save: async (diagnosis: Diagnosis) => {
        kept = diagnosis
      },
    },
    producer: { show: async () => void shown.push(JSON.stringify(diagnosisCard(kept))) },
    ledger: { newest: async () => [] },
    catalog: { resolve: async () => service, current: async () => ({ readAt: now, services: [], allowLists: {} }) },
    targets: { of: async () => ({ service, alias: 'alias', host: the.host }), known: () => undefined },
    inventory: {
      read: async () => ({ readAt: now, services: [{ ...service, state: 'running' }], allowLists: { [service.id]: [the.guid] } }),
      learn: async () => undefined,
    },
    survey: { read: async () => undefined, names: async () => ({}), learn: async () => undefined },
    verdicts: { save: async () => undefined, lastHealthy: async () => undefined, saveHealthy: async () => undefined },
    clouds: {
      prober: { probe: async () => seen(), workers: async () => [] },
      clickhouse: {
        service: async () => {
          const answer = lists[Math.min(calls++, lists.length - 1)]
          return { state: 'running', privateEndpointIds: (await answer?.()) ?? [] }
        },
        organization: async () => ({ privateEndpoints: [{ id: the.guid }] }),
        now: () => undefined,
      },
      network: { endpoints: async () => ({ endpoints: [endpoint], partial: false }), endpoint: async () => endpoint },
      dns: { zones: async () => [] },
    },
  } as unknown as DiagnosisJobs
  return {
    shown,
    kept: () => kept,
    work: () =>
      workOnDiagnosis('DG-1', jobs, signal).then(
        () => undefined,
        (error: unknown) => error,
      ),
  }
}

const refused = { ...the.networkPlane, ...the.tlsFailing(the.reset) }

test('a refusal beside a list of before says what is known, and is finished with the newest list', async () => {
  const at = stage(() => refused, [() => sleep(60_000, [], { ref: false }), async () => []])
  expect(await at.work()).toMatchObject({ code: 'diagnosis-unfinished' })
  expect(at.kept()).toMatchObject({ again: { because: 'lists' }, looks: [{ verdict: { code: 'control-plane-unknown' } }] })
  expect(at.shown.join()).toContain('whether it is listed is being read')
  expect(at.shown.join()).not.toContain('allow-list-not-effective')
  await sleep(300)
  expect(await at.work()).toBeUndefined()
  expect(at.kept()).toMatchObject({
    looks: [{ verdict: { code: 'allow-list-missing', title: expect.not.stringContaining('likely') } }],
  })
  expect(at.kept()).not.toHaveProperty('again')
  expect(at.shown).toHaveLength(2)
  // A third run finds it finished, and only shows it.
  expect(await at.work()).toBeUndefined()
  expect(at.shown).toHaveLength(3)
})

test('a resolver that remembers a negative answer is asked again when that has expired', async () => {
  const negative: DnsAnswer = { ...the.nxdomain, soa: 'ns-1.awsdns-1.org', ttl: 0 }
  const forwarding = { unused: the.answer, soa: { ...the.nxdomain, rcode: 'NOERROR', soa: the.azureSoa } }
  let seen: unknown = { ...the.unresolved(negative, the.answer), forwarding }
  const at = stage(() => seen, [async () => [the.guid]])
  expect(await at.work()).toMatchObject({ code: 'diagnosis-unfinished' })
  expect(at.kept()).toMatchObject({
    again: { because: 'cache', times: 1 },
    looks: [{ verdict: { code: 'dns-negative-cached' } }],
  })
  expect(at.shown.join()).toContain('I look again at')
  // Too early: it is put off, and nothing is shown.
  expect(await at.work()).toMatchObject({ code: 'diagnosis-unfinished' })
  expect(at.shown).toHaveLength(1)
  seen = the.networkPlane
  await sleep(1_100)
  expect(await at.work()).toBeUndefined()
  expect(at.kept()).toMatchObject({ looks: [{ verdict: { code: 'healthy' } }] })
})

test('what stays is not looked at without an end', async () => {
  const at = stage(() => refused, [() => Promise.reject(new Error('HTTP 500'))])
  const outcomes: unknown[] = []
  for (let run = 0; run < 5; run += 1) {
    outcomes.push(await at.work())
    await sleep(260)
  }
  expect(outcomes.filter((each) => each !== undefined)).toHaveLength(3)
  expect(at.kept()).toMatchObject({ looks: [{ verdict: { title: expect.stringContaining('could not be read') } }] })
})
