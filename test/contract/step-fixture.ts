import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { type ArmServer, startArm } from '../../sandbox/arm/server.ts'
import { createAuthority } from '../../sandbox/certificates.ts'
import { startClickHouseCloud } from '../../sandbox/clickhouse-cloud/server.ts'
import { acme, keys, networks, organizationId } from '../../sandbox/estate.ts'
import type { Call, ClickHouseService, PrivateEndpoint, PrivateZone, World } from '../../sandbox/world.ts'
import { azureNetwork } from '../../src/azure/network.ts'
import { azurePrivateDns } from '../../src/azure/private-dns.ts'
import { type ClickHouseCloud, clickHouseCloud } from '../../src/clickhouse/client.ts'
import { closable } from '../../src/closable.ts'
import type { Change, Plan, StepId } from '../../src/domain/plan.ts'
import type { Action, StepProgress } from '../../src/domain/request.ts'
import type { Network, Target } from '../../src/domain/target.ts'
import type { Clouds } from '../../src/jobs/clouds.ts'
import { apply } from '../../src/jobs/requests/apply.ts'
import { noteReceipt } from '../../src/jobs/requests/receipts.ts'
import { retrying } from '../../src/jobs/retry.ts'
import { makePlan, procedures } from '../../src/jobs/steps/procedure.ts'
import type { Observation, Step, StepContext } from '../../src/jobs/steps/step.ts'
import { samples } from '../sample-requests.ts'

export const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: { team: 'data' } }

/** When PL-1 was asked. */
export const askedAt = '2026-03-01T12:00:00.000Z'

/** Of the bot whose steps are carried out. */
export const installation = { installation: '3f2a9c0d' }

/** A second organization, without services until a test gives it some. */
export const beta = {
  organization: { id: '11111111-55a1-4a0e-9d5e-0c4b1d2f3a41', name: 'beta', privateEndpoints: [] },
  key: {
    organizationId: '11111111-55a1-4a0e-9d5e-0c4b1d2f3a41',
    organizationName: 'beta',
    keyId: 'beta-key',
    keySecret: 'beta-secret',
  },
}

/** Shares the zones of the first. */
export const staging: Network = { ...networks.stagingEastus2, applicationSecurityGroups: [], tags: {} }

/** Real clients of simulated clouds, in which single steps are carried out. */
export interface Workshop {
  readonly world: World
  /** As a job makes one when it begins: nothing seen yet. */
  context(changes?: Partial<StepContext>): StepContext
  /** The same about these services, by name. */
  about(names: readonly string[], from?: Network, changes?: Partial<StepContext>): StepContext
  close(): Promise<void>
}

export async function openWorkshop(): Promise<Workshop> {
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  const world = acme({
    addressBase: '127.12.0',
    latencies: { arm: 0, privateEndpoint: 20, privateZone: 20, networkLink: 20, clickhouse: 0, propagation: 1 },
  })
  const arm: ArmServer = await startArm(world, { authority })
  process.env.IDENTITY_ENDPOINT = arm.identity.endpoint
  process.env.IDENTITY_HEADER = arm.identity.header
  const vendor = await startClickHouseCloud(world, { rateLimit: { requests: 10_000, windowMs: 1_000 } })
  const key = { organizationId, organizationName: 'acme', keyId: keys.id, keySecret: keys.secret }
  const { key: betaKey, organization } = beta
  world.organizations.push({
    ...structuredClone(organization),
    keys: [{ id: betaKey.keyId, secret: betaKey.keySecret, role: 'admin' }],
  })
  const clickhouse: ClickHouseCloud = clickHouseCloud(
    vendor.url,
    [key, betaKey],
    { take: async () => undefined, purpose: () => 'request' },
    noteReceipt,
  )
  const credential = new DefaultAzureCredential()
  const clouds: Clouds = {
    network: azureNetwork(credential, arm.url, { wrote: noteReceipt }),
    dns: azurePrivateDns(credential, arm.url, [], { wrote: noteReceipt }),
    clickhouse,
    prober: { probe: async () => undefined, workers: async () => [], ...closable(async () => undefined) },
  }
  const context: Workshop['context'] = (changes = {}) => ({
    maker: { ...installation, request: 'PL-1', askedAt },
    requester: 'Alice Archer',
    target: targetOf(world, ['analytics-prod'], network),
    clouds,
    configured: { networks: [network, staging], organizations: [key, betaKey] },
    facts: {},
    replacedIds: [],
    fence: async () => undefined,
    patiently: (work) => retrying(work, new AbortController().signal),
    noteListed: async () => undefined,
    networkOf: async () => network.name,
    knownEndpoints: async () => [],
    hasListed: async () => false,
    signal: new AbortController().signal,
    ...changes,
  })
  return {
    world,
    context,
    about: (names, from = network, changes = {}) => context({ target: targetOf(world, names, from), ...changes }),
    async close() {
      await clickhouse.close()
      await Promise.all([arm.close(), vendor.close()])
    },
  }
}

function targetOf(world: World, [first = '', ...more]: readonly string[], from: Network): Target {
  const named = (name: string) => {
    const { id, organizationId: organization, provider, region, state, privateHost: host = '' } = serviceIn(world, name)
    return { service: { organizationId: organization, organizationName: 'acme', id, name, provider, region, state }, host }
  }
  return { network: from, alias: serviceIn(world, first).alias ?? '', services: [named(first), ...more.map(named)] }
}

export function serviceIn({ services }: World, name: string): ClickHouseService {
  return found(services.find((service) => service.name === name))
}

/** The first one. */
export function endpointIn({ endpoints }: World): PrivateEndpoint {
  return found(endpoints.values().next().value)
}

/** The first one. */
export function zoneIn({ zones }: World): PrivateZone {
  return found(zones.values().next().value)
}

function found<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('It is not there.')
  return thing
}

/** What a plan would do, by step. */
export function changesOf({ steps }: Plan): Partial<Record<StepId, Change>> {
  return Object.fromEntries(steps.flatMap(({ id, change }) => (change.kind === 'none' ? [] : [[id, change]])))
}

/** Steps that change something themselves; the others wait for the world, or only look. */
export function changing(action: Action): readonly Step[] {
  return procedures[action].filter(({ waits }) => waits !== true)
}

/** Looks, and keeps what was seen for the steps that follow. */
export async function observe(step: Step, context: StepContext): Promise<Observation> {
  const seen = await step.plan(context)
  Object.assign(context.facts, seen.facts)
  return seen
}

/** The whole procedure; `before` is told of each step that is about to begin. */
export async function carryOut(
  action: Action,
  context: StepContext,
  before: (step: Step) => void = () => undefined,
): Promise<void> {
  for (const step of changing(action)) {
    before(step)
    const { change } = await observe(step, context)
    if (change.kind === 'none') continue
    await step.apply(context, change)
    await observe(step, context)
  }
}

/** As a job applies an approved plan, until a step is done. What each step was last said to be. */
export async function applyUntil(
  last: StepId,
  action: Action,
  context: (changes?: Partial<StepContext>) => StepContext,
): Promise<ReadonlyMap<StepId, StepProgress>> {
  const over = new AbortController()
  const seen = new Map<StepId, StepProgress>()
  await apply({
    plan: await makePlan(action, context()),
    request: { ...samples.applying, action, steps: {} },
    context: context({ signal: over.signal }),
    now: () => new Date().toISOString(),
    async record(id, progress) {
      seen.set(id, progress)
      if (id === last && progress.state === 'done') over.abort()
    },
  }).catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  return seen
}

/** What steps look at, in a fresh context. */
export async function seeBefore(action: Action, context: StepContext, before: Step): Promise<void> {
  for (const step of changing(action)) {
    if (step === before) return
    await observe(step, context)
  }
}

/** A state of the world, to go back to. */
export interface Estate {
  restore(world: World): void
}

export function capture(world: World): Estate {
  const kept = structuredClone({
    endpoints: world.endpoints,
    zones: world.zones,
    entries: world.organizations.map(({ privateEndpoints }) => privateEndpoints),
    lists: world.services.map(({ privateEndpointIds }) => privateEndpointIds),
  })
  return {
    restore(target) {
      const { endpoints, zones, entries, lists } = structuredClone(kept)
      target.endpoints.clear()
      target.zones.clear()
      for (const [id, endpoint] of endpoints) target.endpoints.set(id, endpoint)
      for (const [id, zone] of zones) target.zones.set(id, zone)
      target.organizations.forEach((organization, at) => {
        organization.privateEndpoints = entries[at] ?? []
      })
      target.services.forEach((service, at) => {
        service.privateEndpointIds = lists[at] ?? []
      })
      target.changed()
    },
  }
}

/** The world without what changes by itself. */
export function snapshot({ endpoints, zones, organizations, services }: World): unknown {
  return structuredClone({
    endpoints: [...endpoints.values()].map(({ id, tags, resourceGuid, address }) => ({ id, tags, resourceGuid, address })),
    zones: [...zones.values()].map(({ id, tags, records, links }) => ({
      id,
      tags,
      records: [...records.values()].map(({ type, name, addresses, metadata }) => ({ type, name, addresses, metadata })),
      links: [...links.values()].map(({ id: link, virtualNetworkId, tags: linkTags }) => ({ link, virtualNetworkId, linkTags })),
    })),
    entries: organizations.flatMap(({ privateEndpoints }) => privateEndpoints),
    lists: services.map(({ name, privateEndpointIds }) => [name, privateEndpointIds]),
  })
}

export function isWrite({ method, path }: Call): boolean {
  return method !== 'GET' && !path.includes('checkPrivateLinkServiceVisibility') && !path.includes('/oauth2/')
}

export function changes({ kind }: Change): boolean {
  return kind !== 'none' && kind !== 'blocked'
}
