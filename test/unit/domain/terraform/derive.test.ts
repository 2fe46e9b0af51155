import { describe, expect, test } from 'vitest'
import { knownAfterApply, type Plan, type PlannedStep, type StepFacts } from '../../../../src/domain/plan.ts'
import { newRequest, type Request, type StepProgress } from '../../../../src/domain/request.ts'
import { terraformInput } from '../../../../src/domain/terraform/derive.ts'
import { alice, service } from '../../literals.ts'
import { guid, planned as literal } from './terraform-literals.ts'

const { network } = literal
const zone = 'westus3.privatelink.azure.clickhouse.cloud'

const create: PlannedStep['change'] = { kind: 'create', fields: [{ name: 'anything', after: knownAfterApply }] }
const list = (before: number, after: number): Pick<PlannedStep, 'change' | 'seen'> => ({
  change: { kind: 'update', fields: [{ name: 'anything', after: knownAfterApply }] },
  seen: { listLengths: { [service.id]: { before, after } } },
})

const steps: readonly PlannedStep[] = [
  { id: 'private-endpoint', title: '', resource: 'pe-analytics-prod', change: create },
  { id: 'dns-zone', title: '', resource: zone, change: create, seen: { zone: network.dns } },
  { id: 'dns-record', title: '', resource: `*.${zone}`, change: create, seen: { records: [{ name: '*', exists: false }] } },
  { id: 'network-link', title: '', resource: 'vnet-prod', change: create },
  { id: 'allow-list', title: '', resource: 'analytics-prod', ...list(0, 1) },
]

const plan: Plan = {
  services: [{ service, host: `q7k3m9x2wb.${zone}` }],
  network: network.name,
  alias: literal.alias,
  crossRegion: false,
  steps,
  site: { vnet: '', subnet: '', applicationSecurityGroups: [], tags: {}, installation: '3f2a9c0d' },
}

const asked: Request['asked'] = {
  by: alice,
  place: { surface: 'slack', id: 'C1' },
  at: '2026-03-01T12:00:00.000Z',
  services: [{ service: service.name }],
  network: network.name,
}
const request: Request = { ...newRequest('PL-42', asked), plan }

function found(seen: Partial<Record<PlannedStep['id'], StepFacts>>): Request {
  const inPlace = steps.map(({ seen: _planned, ...step }): PlannedStep => {
    const facts = seen[step.id]
    return { ...step, change: { kind: 'none' }, ...(facts !== undefined && { seen: facts }) }
  })
  return { ...request, state: 'nothing-to-do', plan: { ...plan, steps: inPlace } }
}

function done(changed: boolean, seen?: StepFacts): StepProgress {
  return { state: 'done', startedAt: asked.at, changed, note: 'GUID x · in vain', ...(seen !== undefined && { seen }) }
}

describe('terraformInput', () => {
  test('of a plan that is not applied: nothing exists', () => {
    expect(terraformInput(request, network)).toEqual({
      ...literal,
      endpoint: { name: 'pe-analytics-prod', existence: 'planned' },
    })
    const { site: _, ...older } = plan
    expect(terraformInput({ ...request, plan: older }, network)?.maker).toEqual({ request: 'PL-42' })
    const named = { ...network, endpoints: { networkInterface: 'nic-{service}' } }
    expect(terraformInput(request, named)).toMatchObject({ interfaceName: 'nic-analytics-prod' })
  })

  test('of a finished request: what the journal made', () => {
    const journal: Request['steps'] = {
      'private-endpoint': done(true, { endpoint: { name: 'pe-analytics-prod', guid, address: '10.0.0.4' } }),
      'dns-zone': done(true, { zone: network.dns }),
      'dns-record': done(true),
      'network-link': done(true),
      'allow-list': done(true),
    }
    const input = terraformInput({ ...request, state: 'done', steps: journal }, network)
    expect(input?.endpoint).toEqual({ name: 'pe-analytics-prod', existence: 'made', guid })
    expect(input?.dns).toEqual({
      zone: { name: zone, ...network.dns, existence: 'made' },
      link: { name: 'link-rg-network-vnet-prod-11111111', existence: 'made' },
      records: [{ name: '*', existence: 'made' }],
    })
    expect(input?.services).toMatchObject([{ hasEntries: true, otherIds: [] }])
  })

  test('a request that failed half way: only the steps that are done exist', () => {
    const running: StepProgress = { state: 'failed', startedAt: asked.at, changed: true }
    const input = terraformInput(
      { ...request, state: 'failed', steps: { 'private-endpoint': done(true), 'dns-zone': running } },
      network,
    )
    expect(input?.endpoint.existence).toBe('made')
    expect(input?.dns?.zone).toMatchObject({ existence: 'planned', begun: true })
    expect(input?.dns?.link).not.toHaveProperty('begun')
  })

  test('what a step says when it fails is no name, and no place', () => {
    const failed = (note: string): StepProgress => ({ state: 'failed', startedAt: asked.at, changed: true, note })
    const failures = { 'private-endpoint': failed('Azure refused it · GUID x'), 'dns-zone': failed('in vain') }
    const input = terraformInput({ ...request, state: 'failed', steps: failures }, network)
    expect(input?.endpoint).toEqual({ name: 'pe-analytics-prod', existence: 'planned', begun: true })
    expect(input?.dns?.zone).toMatchObject({ ...network.dns, existence: 'planned', begun: true })
  })

  test('a list that a failed request began to change may have the entry', () => {
    const begun: StepProgress = { state: 'failed', startedAt: asked.at, changed: true }
    const input = terraformInput({ ...request, state: 'failed', steps: { 'allow-list': begun } }, network)
    expect(input?.services).toMatchObject([{ hasEntries: false, begun: true }])
  })

  test('an endpoint that is to have another name than usual has that', () => {
    const named = steps.map((step) => (step.id === 'private-endpoint' ? { ...step, seen: { endpoint: { name: 'pe-2' } } } : step))
    expect(terraformInput({ ...request, plan: { ...plan, steps: named } }, network)?.endpoint.name).toBe('pe-2')
  })

  test('what was in place is found by what was seen, and what was not is assumed', () => {
    const endpoint = { name: 'pe-old', guid, address: '10.0.0.9', resourceGroup: network.resourceGroup }
    const place = { subscription: network.dns.subscription, resourceGroup: 'rg-hub' }
    const input = terraformInput(found({ 'private-endpoint': { endpoint }, 'dns-zone': { zone: place } }), network)
    expect(input?.endpoint).toEqual({ name: 'pe-old', existence: 'found', guid })
    expect(input?.dns).toEqual({
      zone: { name: zone, ...network.dns, resourceGroup: 'rg-hub', existence: 'found' },
      link: { name: 'link-rg-network-vnet-prod-11111111', existence: 'found', assumed: true },
      records: [{ name: '*', existence: 'found', assumed: true }],
    })
    expect(input?.services[0]).toMatchObject({ hasEntries: true })
    expect(input?.services[0]).not.toHaveProperty('otherIds')
  })

  test('a request of an older version tells nothing, so that the usual names are assumed', () => {
    const notes = { 'private-endpoint': `pe-old · in rg-hub · GUID ${guid} · 10.0.0.9`, 'dns-zone': 'in rg-hub' }
    const old = found({})
    const noted = old.plan?.steps.map((step) => ({
      ...step,
      note: Object.entries(notes).find(([id]) => id === step.id)?.[1] ?? '',
    }))
    const input = terraformInput({ ...old, plan: { ...plan, steps: noted ?? [] } }, network)
    expect(input?.endpoint).toEqual({ name: 'pe-analytics-prod', existence: 'found' })
    expect(input?.dns?.zone).toEqual({ name: zone, ...network.dns, existence: 'found', assumed: true })
  })

  test('an endpoint that was found in another resource group is imported from there', () => {
    const endpoint = { name: 'pe-old', guid: 'g', resourceGroup: 'rg-hub' }
    expect(terraformInput(found({ 'private-endpoint': { endpoint } }), network)?.endpoint).toMatchObject({
      resourceGroup: 'rg-hub',
    })
  })

  test('what was seen is not assumed', () => {
    const input = terraformInput(
      found({
        'private-endpoint': { endpoint: { name: 'pe-seen', guid: 'g' } },
        'dns-zone': { zone: { subscription: 's', resourceGroup: 'rg' } },
        'network-link': { link: { name: 'l' } },
        'dns-record': { records: [{ name: 'q7k3m9x2wb', exists: true }] },
      }),
      network,
    )
    expect(input?.endpoint).toEqual({ name: 'pe-seen', guid: 'g', existence: 'found' })
    expect(input?.dns).toEqual({
      zone: { name: zone, subscription: 's', resourceGroup: 'rg', existence: 'found' },
      link: { name: 'l', existence: 'found' },
      records: [{ name: 'q7k3m9x2wb', existence: 'found' }],
    })
  })

  test('records are those that the plan names; one that is there already is imported', () => {
    const seen = { records: [{ name: 'q7k3m9x2wb', exists: true }] }
    const changed = { ...plan, steps: steps.map((step) => (step.id === 'dns-record' ? { ...step, seen } : step)) }
    expect(terraformInput({ ...request, plan: changed }, network)?.dns?.records).toEqual([
      { name: 'q7k3m9x2wb', existence: 'found' },
    ])
  })

  test('others on the allow list are not known by name, so they are asked for', () => {
    const shared = { ...plan, steps: steps.map((step) => (step.id === 'allow-list' ? { ...step, ...list(2, 3) } : step)) }
    const [exported] = terraformInput({ ...request, plan: shared }, network)?.services ?? []
    expect(exported).toMatchObject({ hasEntries: true })
    expect(exported).not.toHaveProperty('otherIds')
  })

  test('allow has nothing to do with DNS', () => {
    const some = { ...plan, steps: steps.filter(({ id }) => id === 'private-endpoint' || id === 'allow-list') }
    expect(terraformInput({ ...request, action: 'allow', plan: some }, network)).not.toHaveProperty('dns')
  })

  test('there is nothing to adopt without a plan, nor of a request that takes away', () => {
    expect(terraformInput(newRequest('PL-1', asked), network)).toBeUndefined()
    expect(terraformInput({ ...request, action: 'teardown' }, network)).toBeUndefined()
    expect(terraformInput({ ...request, action: 'revoke' }, network)).toBeUndefined()
  })
})
