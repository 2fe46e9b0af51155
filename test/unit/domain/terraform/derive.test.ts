import { describe, expect, test } from 'vitest'
import { knownAfterApply, type Plan, type PlannedStep } from '../../../../src/domain/plan.ts'
import { newRequest, type Request, type StepProgress } from '../../../../src/domain/request.ts'
import { terraformInput } from '../../../../src/domain/terraform/derive.ts'
import { alice, service } from '../../literals.ts'
import { guid, planned as literal } from './terraform-literals.ts'

const { network } = literal
const zone = 'westus3.privatelink.azure.clickhouse.cloud'

const create = (...names: readonly string[]): PlannedStep['change'] => ({
  kind: 'create',
  fields: names.map((name) => ({ name, after: knownAfterApply })),
})
const list = (before: string, after: string): PlannedStep['change'] => ({
  kind: 'update',
  fields: [
    { name: 'analytics-prod GUID', after: knownAfterApply },
    { name: 'analytics-prod entries', before, after },
  ],
})

const steps: readonly PlannedStep[] = [
  { id: 'private-endpoint', title: 'private endpoint', resource: 'pe-analytics-prod', change: create('location') },
  { id: 'dns-zone', title: 'private DNS zone', resource: zone, change: create('resource group') },
  { id: 'dns-record', title: 'A record', resource: `*.${zone}`, change: create('address of *', 'TTL') },
  { id: 'network-link', title: 'virtual network link', resource: 'vnet-prod', change: create('registration') },
  { id: 'allow-list', title: 'allow list', resource: 'analytics-prod', change: list('0', '1') },
]

const plan: Plan = {
  services: [{ service, host: `q7k3m9x2wb.${zone}` }],
  network: network.name,
  alias: literal.alias,
  crossRegion: false,
  steps,
}

const asked: Request['asked'] = {
  by: alice,
  place: { surface: 'slack', id: 'C1' },
  at: '2026-01-01T00:00:00Z',
  services: [{ service: service.name }],
  network: network.name,
}
const request: Request = { ...newRequest('PL-42', asked), plan }

function found(notes: Partial<Record<PlannedStep['id'], string>>): Request {
  const inPlace = steps.map((step): PlannedStep => {
    const note = notes[step.id]
    return { ...step, change: { kind: 'none' }, ...(note !== undefined && { note }) }
  })
  return { ...request, state: 'nothing-to-do', plan: { ...plan, steps: inPlace } }
}

function done(changed: boolean, note?: string): StepProgress {
  return { state: 'done', startedAt: asked.at, changed, ...(note !== undefined && { note }) }
}

describe('terraformInput', () => {
  test('of a plan that is not applied: nothing exists', () => {
    expect(terraformInput(request, network)).toEqual({ ...literal, endpoint: { name: 'pe-analytics-prod', standing: 'planned' } })
    const named = { ...network, endpoints: { networkInterface: 'nic-{service}' } }
    expect(terraformInput(request, named)).toMatchObject({ interfaceName: 'nic-analytics-prod' })
  })

  test('of a finished request: what the journal made', () => {
    const journal: Request['steps'] = {
      'private-endpoint': done(true, `GUID ${guid} · 10.0.0.4`),
      'dns-zone': done(true, 'in rg-dns'),
      'dns-record': done(true, '→ 10.0.0.4'),
      'network-link': done(true),
      'allow-list': done(true),
    }
    const input = terraformInput({ ...request, state: 'done', steps: journal }, network)
    expect(input?.endpoint).toEqual({ name: 'pe-analytics-prod', standing: 'made', guid })
    expect(input?.dns).toEqual({
      zone: { name: zone, ...network.dns, standing: 'made' },
      link: { name: 'link-rg-network-vnet-prod-11111111', standing: 'made' },
      records: [{ name: '*', standing: 'made' }],
    })
    expect(input?.services).toMatchObject([{ hasEntries: true, otherIds: [] }])
  })

  test('a request that failed half way: only the steps that are done exist', () => {
    const running: StepProgress = { state: 'failed', startedAt: asked.at, changed: true }
    const input = terraformInput(
      { ...request, state: 'failed', steps: { 'private-endpoint': done(true), 'dns-zone': running } },
      network,
    )
    expect(input?.endpoint.standing).toBe('made')
    expect(input?.dns?.zone).toMatchObject({ standing: 'planned', begun: true })
    expect(input?.dns?.link).not.toHaveProperty('begun')
  })

  test('what a step says when it fails is no name, and no place', () => {
    const failed = (note: string): StepProgress => ({ state: 'failed', startedAt: asked.at, changed: true, note })
    const failures = { 'private-endpoint': failed('Azure refused it · GUID x'), 'dns-zone': failed('in vain') }
    const input = terraformInput({ ...request, state: 'failed', steps: failures }, network)
    expect(input?.endpoint).toEqual({ name: 'pe-analytics-prod', standing: 'planned', begun: true })
    expect(input?.dns?.zone).toMatchObject({ ...network.dns, standing: 'planned', begun: true })
  })

  test('a list that a failed request began to change may have the entry', () => {
    const begun: StepProgress = { state: 'failed', startedAt: asked.at, changed: true }
    const input = terraformInput({ ...request, state: 'failed', steps: { 'allow-list': begun } }, network)
    expect(input?.services).toMatchObject([{ hasEntries: false, begun: true }])
  })

  test('an endpoint that is to have another name than usual has that', () => {
    const named = steps.map((step) =>
      step.id === 'private-endpoint'
        ? { ...step, change: { kind: 'create', fields: [{ name: 'name', after: 'pe-2' }] } as const }
        : step,
    )
    expect(terraformInput({ ...request, plan: { ...plan, steps: named } }, network)?.endpoint.name).toBe('pe-2')
  })

  test('what was in place is found by its notes, and what the notes do not tell is assumed', () => {
    const input = terraformInput(
      found({ 'private-endpoint': `pe-old · not made by this bot · GUID ${guid} · 10.0.0.9`, 'dns-zone': 'in rg-hub' }),
      network,
    )
    expect(input?.endpoint).toEqual({ name: 'pe-old', standing: 'found', guid })
    expect(input?.dns).toEqual({
      zone: { name: zone, ...network.dns, resourceGroup: 'rg-hub', standing: 'found', assumed: true },
      link: { name: 'link-rg-network-vnet-prod-11111111', standing: 'found', assumed: true },
      records: [{ name: '*', standing: 'found', assumed: true }],
    })
    expect(input?.services[0]).toMatchObject({ hasEntries: true })
    expect(input?.services[0]).not.toHaveProperty('otherIds')
  })

  test.each([
    ['not made by this bot · GUID g · 10.0.0.9', 'pe-analytics-prod'],
    ['GUID g · 10.0.0.9', 'pe-analytics-prod'],
    ['pe-old · 10.0.0.9', 'pe-old'],
    ['pe-old · in rg-hub · not made by this bot · GUID g · 10.0.0.9', 'pe-old'],
  ])('the endpoint of the note %j is %s', (note, name) => {
    expect(terraformInput(found({ 'private-endpoint': note }), network)?.endpoint.name).toBe(name)
  })

  test('an endpoint that was found in another resource group is imported from there', () => {
    const note = 'pe-old · in rg-hub · not made by this bot · GUID g · 10.0.0.9'
    expect(terraformInput(found({ 'private-endpoint': note }), network)?.endpoint).toMatchObject({ resourceGroup: 'rg-hub' })
  })

  test('what the caller has seen is not assumed', () => {
    const seen = {
      endpoint: 'pe-seen',
      guid: 'g',
      zone: { subscription: 's', resourceGroup: 'rg' },
      link: 'l',
      records: ['q7k3m9x2wb'],
    }
    const input = terraformInput(found({}), network, seen)
    expect(input?.endpoint).toEqual({ name: 'pe-seen', guid: 'g', standing: 'found' })
    expect(input?.dns).toEqual({
      zone: { name: zone, subscription: 's', resourceGroup: 'rg', standing: 'found' },
      link: { name: 'l', standing: 'found' },
      records: [{ name: 'q7k3m9x2wb', standing: 'found' }],
    })
  })

  test('records are those that the plan names; one that is there already is imported', () => {
    const change = {
      kind: 'update',
      fields: [{ name: 'address of q7k3m9x2wb', before: '10.0.0.1', after: knownAfterApply }],
    } as const
    const changed = { ...plan, steps: steps.map((step) => (step.id === 'dns-record' ? { ...step, change } : step)) }
    expect(terraformInput({ ...request, plan: changed }, network)?.dns?.records).toEqual([
      { name: 'q7k3m9x2wb', standing: 'found' },
    ])
  })

  test('others on the allow list are not known by name, so they are asked for', () => {
    const change = list('2', '3')
    const shared = { ...plan, steps: steps.map((step) => (step.id === 'allow-list' ? { ...step, change } : step)) }
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
