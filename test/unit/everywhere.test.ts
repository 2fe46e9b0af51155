import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts'
import { type DiagnosisJobs, workOnDiagnosis } from '../../src/jobs/diagnose.ts'
import { alice, data } from '../sample-requests.ts'
import * as the from './evidence-literals.ts'
import { service } from './literals.ts'

/** From everywhere: each network for itself, and what is the same for all asked once. */

const { signal } = new AbortController()
const network = (name: string) => ({
  ...{ name, subscription: 's', resourceGroup: 'rg', vnet: name, subnet: 'endpoints', location: 'westus3' },
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
})

function stage(probe: (network: string) => Promise<unknown>, verdictsFail = false) {
  const calls: string[] = []
  const asked = { by: alice, place: data, at: new Date().toISOString(), service: service.name }
  let kept: Diagnosis = { id: 'DG-1', asked }
  const jobs = {
    networks: [network('one'), network('two'), network('three')],
    log: pino({ level: 'silent' }),
    diagnoses: {
      get: async () => kept,
      save: async (diagnosis: Diagnosis) => {
        kept = diagnosis
      },
    },
    producer: { show: async () => undefined },
    ledger: { newest: async () => [] },
    catalog: { resolve: async () => service, current: async () => ({ readAt: '', services: [], allowLists: {} }) },
    targets: { of: async () => ({ service, alias: 'alias', host: the.host }), known: () => undefined },
    inventory: { read: async () => undefined },
    survey: { read: async () => undefined, names: async () => ({}), learn: async () => undefined },
    verdicts: {
      save: async (_id: string, name: string) => {
        if (verdictsFail && name === 'two') throw new Error('Redis said no.')
      },
      lastHealthy: async () => undefined,
      saveHealthy: async () => undefined,
    },
    clouds: {
      prober: { probe },
      clickhouse: {
        service: async () => {
          calls.push('service')
          return { state: 'running', privateEndpointIds: [the.guid] }
        },
        organization: async () => {
          calls.push('organization')
          return { privateEndpoints: [] }
        },
        now: () => undefined,
      },
      network: { endpoints: async () => ({ endpoints: [], partial: false }) },
      dns: { zones: async () => [] },
    },
  } as unknown as DiagnosisJobs
  return {
    calls,
    async report() {
      await workOnDiagnosis('DG-1', jobs, signal)
      return kept.looks?.map((look) => [look.network, look.verdict?.findings.at(-1)?.code ?? look.problem?.code])
    },
  }
}

test('ClickHouse Cloud is asked once for all of them', async () => {
  const at = stage(async () => the.networkPlane)
  expect(await at.report()).toHaveLength(3)
  expect(at.calls.toSorted()).toEqual(['organization', 'service'])
})

test('one without a worker, and one that cannot be judged, blank nothing', async () => {
  const at = stage(async (name) => (name === 'one' ? undefined : the.networkPlane), true)
  const report = (await at.report()) ?? []
  expect(report[0]).toEqual(['one', 'worker-absent'])
  expect(report[1]).toEqual(['two', 'internal-error'])
  expect(report[2]?.[1]).not.toMatch(/worker-absent|internal-error/)
})
