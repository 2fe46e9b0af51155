import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Diagnosis } from '../../../../../src/domain/diagnosis/diagnosis.ts'
import type { ServiceWords } from '../../../../../src/domain/target.ts'
import { type DiagnosisJobs, workOnDiagnosis } from '../../../../../src/jobs/diagnosis/diagnose.ts'
import { onlyService } from '../../../../../src/jobs/services/inventory.ts'
import { alice, data } from '../../../../sample-requests.ts'
import * as the from '../../../domain/diagnosis/evidence-literals.ts'
import { service } from '../../../literals.ts'

/** From everywhere: each network for itself, and what is the same for all asked once. */

const { signal } = new AbortController()
const network = (name: string) => ({
  ...{ name, subscription: 's', resourceGroup: 'rg', vnet: name, subnet: 'endpoints', location: 'westus3' },
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
})

function stage(probe: (network: string) => Promise<unknown>, verdictsFail = false, said: string = service.name) {
  const calls: string[] = []
  const asked = { by: alice, place: data, at: new Date().toISOString(), service: said }
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
    catalog: {
      resolve: async (words: ServiceWords) => onlyService([service], words),
      current: async () => ({ readAt: '', services: [], allowLists: {} }),
    },
    targets: { of: async () => ({ service, alias: 'alias', host: the.host }), known: () => undefined },
    inventory: { read: async () => ({ readAt: '', services: [service], allowLists: {} }), learn: async () => undefined },
    survey: {
      read: async () => undefined,
      names: async () => ({ [service.id]: { alias: 'alias', host: the.host, readAt: '2026-01-01T00:00:00Z' } }),
      learn: async () => undefined,
    },
    verdicts: {
      save: async (_id: string, name: string) => {
        if (verdictsFail && name === 'two') throw new Error('Redis said no.')
      },
      lastHealthy: async () => undefined,
      saveHealthy: async () => undefined,
    },
    clouds: {
      prober: { probe, workers: async () => [] },
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
      dns: { forReport: () => ({ zones: async () => [] }) },
    },
  } as unknown as DiagnosisJobs
  return {
    calls,
    async report() {
      await workOnDiagnosis('DG-1', jobs, signal)
      if (kept.problem !== undefined) return kept.problem.code
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

test.each([
  ['metadata.google.internal', 'service-unknown'],
  ['169.254.169.254', 'service-unknown'],
  ['2130706433', 'service-unknown'],
  [`${the.host}:22`, 'host-unknown'],
  [`https://${the.host}/?user=x`, 'host-unknown'],
  ['evil.westus3.privatelink.azure.clickhouse.cloud', 'host-unknown'],
  [`${the.host}.evil.example`, 'host-unknown'],
])('nothing is sent to %s', async (said, code) => {
  const probed: string[] = []
  const report = await stage(async (name) => void probed.push(name), false, said).report()
  expect(typeof report === 'string' ? report : report?.[0]?.[1]).toBe(code)
  expect(probed).toEqual([])
})
