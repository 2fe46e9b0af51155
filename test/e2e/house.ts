import { networks, subscription } from '../../sandbox/estate.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Latencies, PrivateZone } from '../../sandbox/world.ts'
import { type Action, newRequest, type Request } from '../../src/domain/request.ts'
import { connect } from '../../src/redis/connection.ts'
import { redisLedger } from '../../src/redis/ledger.ts'
import { createProducer } from '../../src/redis/producer.ts'
import { redisSurvey } from '../../src/redis/survey.ts'

/** The same proportions as in the tour, as short as the vendors' whole-second polling allows. */
export const quick: Latencies = {
  arm: 2,
  privateEndpoint: 300,
  privateZone: 150,
  networkLink: 150,
  clickhouse: 5,
  propagation: 50,
}

const alice = { key: 'person:Alice Archer', name: 'Alice Archer', accounts: { slack: 'U01ALICE' } }
const bob = { key: 'person:Bob Builder', name: 'Bob Builder', accounts: { slack: 'U02BOB' } }

/** Asks and approves straight in the ledger, as the bot would: for tests that are not about chat. */
export interface Desk {
  /** Asks, and waits for the plan. */
  ask(service: string, action?: Action): Promise<Request>
  approve(request: Request): Promise<void>
  /** Decides, and dies before any worker is woken. */
  approveWithoutWaking(request: Request): Promise<void>
  /** Takes the request away from the worker that has it, as a second worker would. */
  steal(id: string): Promise<void>
  /** Waits until the request is in one of these states. */
  settled(id: string, states: readonly Request['state'][]): Promise<Request>
  /** Waits until it is seen of the request. */
  until(id: string, seen: (request: Request) => boolean): Promise<Request>
  close(): Promise<void>
}

export function openDesk(sandbox: Sandbox, { patienceMs = 90_000 } = {}): Desk {
  const redis = connect(sandbox.redisUrl, { patient: true })
  const ledger = redisLedger(redis)
  const producer = createProducer(redis)
  const until: Desk['until'] = async (id, seen) => {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const request = await ledger.get(id)
      if (request !== undefined && seen(request)) return request
      if (performance.now() > deadline) throw new Error(`${id} is still ${request?.state}: ${JSON.stringify(request?.steps)}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  const settled: Desk['settled'] = async (id, states) => await until(id, ({ state }) => states.includes(state))
  const decide = async ({ id, digest = '' }: Request): Promise<void> => {
    await ledger.record(id, { type: 'approve', by: bob, digest, at: new Date().toISOString() })
  }
  return {
    settled,
    until,
    async ask(service, action = 'setup') {
      const services = service.split(' ').filter((each) => each !== '')
      const id = await ledger.nextId()
      const place = { surface: 'slack', id: 'C034DEF' } as const
      await ledger.create(
        newRequest(
          id,
          {
            by: alice,
            place,
            at: new Date().toISOString(),
            services: services.map((each) => ({ service: each })),
            network: networks.prodWestus3.name,
          },
          action,
        ),
      )
      await producer.work({ kind: 'request', id })
      return await settled(id, ['awaiting-approval', 'failed', 'nothing-to-do'])
    },
    async approve(request) {
      await decide(request)
      await producer.work({ kind: 'request', id: request.id })
    },
    approveWithoutWaking: decide,
    async steal(id) {
      await ledger.record(id, { type: 'claim', run: 'thief', at: new Date().toISOString() })
    },
    async close() {
      await producer.close()
      redis.disconnect()
    },
  }
}

/** Waits until the background has read services, networks and keys: its calls are then not among those of a request. */
export async function firstSurvey({ redisUrl }: Sandbox): Promise<void> {
  const redis = connect(redisUrl, { patient: true })
  const survey = redisSurvey(redis)
  const deadline = performance.now() + 30_000
  try {
    while ((await survey.read())?.keys === undefined) {
      if (performance.now() > deadline) throw new Error('There is no first survey after 30 s.')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  } finally {
    redis.disconnect()
  }
}

/** A colleague makes the zone by hand, in the resource group of the network's zones. */
export function addZone({ world }: Sandbox): PrivateZone {
  const name = 'westus3.privatelink.azure.clickhouse.cloud'
  const id = `/subscriptions/${subscription}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/${name}`
  const zone: PrivateZone = {
    id,
    name,
    tags: { owner: 'hub' },
    etag: 'e1',
    provisioningState: 'Succeeded',
    records: new Map(),
    links: new Map(),
  }
  world.zones.set(id.toLowerCase(), zone)
  world.changed()
  return zone
}

/** What a setup of analytics-prod leaves in the clouds, counted. */
export function made({ world }: Sandbox): Record<string, number> {
  const zones = [...world.zones.values()]
  const service = world.services.find(({ name }) => name === 'analytics-prod')
  return {
    endpoints: world.endpoints.size,
    zones: zones.length,
    links: zones.flatMap(({ links }) => [...links.values()]).length,
    records: zones.flatMap(({ records }) => [...records.values()]).filter(({ type }) => type.toLowerCase() === 'a').length,
    organizationEntries: world.organizations.flatMap(({ privateEndpoints }) => privateEndpoints).length,
    allowListEntries: service?.privateEndpointIds.length ?? 0,
  }
}

export const whole = { endpoints: 1, zones: 1, links: 1, records: 1, organizationEntries: 1, allowListEntries: 1 }
export const nothing = { endpoints: 0, zones: 0, links: 0, records: 0, organizationEntries: 0, allowListEntries: 0 }
