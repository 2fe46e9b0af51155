import { pino } from 'pino'
import { expect, test } from 'vitest'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import { TerminalError } from '../../../../src/domain/errors.ts'
import { readControlPlane } from '../../../../src/jobs/diagnosis/control-plane.ts'
import { service } from '../../literals.ts'

/** A source that refuses or hangs costs its own part, and nothing else. */

const network = {
  name: 'prod-westus3',
  subscription: 's',
  resourceGroup: 'rg',
  vnet: 'vnet',
  subnet: 'endpoints',
  location: 'westus3',
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
}
const subject = { service, network, alias: 'alias', host: 'q7.westus3.privatelink.azure.clickhouse.cloud' }
const readAt = '2026-01-01T00:00:00.000Z'
const { signal } = new AbortController()
const refuse = async (): Promise<never> => {
  throw new TerminalError('forbidden', 'HTTP 403', { remedy: 'Ask for the role.' })
}
const hang = () => new Promise<never>(() => undefined)

function sources(changes: {
  service?: () => Promise<never>
  zones?: () => Promise<never>
  endpoints?: () => Promise<never>
  partial?: boolean
}) {
  return {
    clouds: {
      clickhouse: {
        service: changes.service ?? (async () => ({ state: 'running', privateEndpointIds: ['guid'] })),
        organization: async () => ({ privateEndpoints: [{ id: 'guid' }] }),
      },
      network: { endpoints: changes.endpoints ?? (async () => ({ endpoints: [], partial: changes.partial ?? false })) },
      dns: { zones: changes.zones ?? (async () => []) },
    } as never,
    catalog: { current: hang },
    inventory: {
      read: async () => ({ readAt, services: [service], allowLists: { [service.id]: ['old'] } }),
      learn: async () => undefined,
    },
    background: false,
    log: pino({ level: 'silent' }),
  }
}
const read = async (changes: Parameters<typeof sources>[0], withinMs = 5_000) =>
  await readControlPlane(subject, sources(changes), { signal, withinMs })

test('a refusal of Azure leaves the lists', async () => {
  expect(await read({ endpoints: refuse })).toEqual({
    ...{ host: subject.host, alias: 'alias', serviceState: 'running', allowList: ['guid'], organizationIds: ['guid'] },
    unread: { endpoint: 'HTTP 403' },
  })
})

test('where not every resource group could be searched, the words say so', async () => {
  const controlPlane = await read({ partial: true })
  expect(judge(rules, { host: subject.host, network: 'n', workerAbsent: true, controlPlane }).detail).toContain(
    'Only the configured resource groups could be searched.',
  )
})

test('a refusal of ClickHouse Cloud leaves the lists of before, with their age, and no entries beside them', async () => {
  expect(await read({ service: refuse })).toEqual({
    ...{ host: subject.host, alias: 'alias', serviceState: 'running', allowList: ['old'], asOf: readAt },
    unread: { service: 'HTTP 403' },
  })
})

test('a zone that hangs is given up in time, and keeps back neither endpoint nor lists', async () => {
  expect(await read({ zones: hang }, 50)).toMatchObject({
    allowList: ['guid'],
    unread: { zone: expect.stringContaining('no answer') },
  })
})

test('a stop is no answer', async () => {
  const stopping = AbortSignal.abort(new Error('stopping'))
  await expect(readControlPlane(subject, sources({ zones: hang }), { signal: stopping, withinMs: 5_000 })).rejects.toThrow(
    'stopping',
  )
})

test('a list that was read is kept for whoever asks next, when the budget may be spent', async () => {
  const kept: unknown[] = []
  const asked = sources({})
  const inventory = {
    ...asked.inventory,
    learn: async (lists: ReadonlyMap<string, readonly string[]>) => void kept.push(...lists),
  }
  await readControlPlane(subject, { ...asked, inventory }, { signal, withinMs: 5_000 })
  expect(kept).toEqual([[service.id, ['guid']]])
})
