import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { getCACertificates, type SecureContext, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { type Answer, decode, encode } from 'dns-packet'
import { pino } from 'pino'
import { startArm } from '../../sandbox/arm/server.ts'
import { type Authority, createAuthority } from '../../sandbox/certificates.ts'
import { startClickHouseCloud } from '../../sandbox/clickhouse-cloud/server.ts'
import { acme, keys, networks, organizationId, subscription } from '../../sandbox/estate.ts'
import { freeAddressBase } from '../../sandbox/vnet/addresses.ts'
import { startNetwork } from '../../sandbox/vnet/network.ts'
import type { ClickHouseService, PrivateEndpoint, RecordSet, World } from '../../sandbox/world.ts'
import { azureNetwork } from '../../src/azure/network.ts'
import { azurePrivateDns } from '../../src/azure/private-dns.ts'
import { clickHouseCloud } from '../../src/clickhouse/client.ts'
import { closable } from '../../src/closable.ts'
import { createTrust } from '../../src/diagnostics/connection/trust.ts'
import { createProbe } from '../../src/diagnostics/probe.ts'
import type { Verdict } from '../../src/domain/diagnosis/finding.ts'
import { judge } from '../../src/domain/diagnosis/judge.ts'
import { rules } from '../../src/domain/diagnosis/rules/all.ts'
import type { DnsServer } from '../../src/domain/dns-server.ts'
import { type Survey, tableOf } from '../../src/domain/survey.ts'
import type { Network } from '../../src/domain/target.ts'
import type { Clouds } from '../../src/jobs/clouds.ts'
import { gatherEvidence } from '../../src/jobs/diagnosis/gather-evidence.ts'

/** A connection that works, with both planes on real sockets, to be broken in one way at a time. */
export interface FaultWorld {
  readonly world: World
  readonly authority: Authority
  readonly service: ClickHouseService
  readonly endpoint: PrivateEndpoint
  readonly host: string
  /** A second address of the network, where nothing listens. */
  readonly foreign: string
  /** The record sets of the zone. */
  readonly records: Map<string, RecordSet>
  setRecord(type: string, name: string, ...addresses: string[]): void
  link(linked: boolean): void
  /** In place of ClickHouse: whoever listens at the endpoint's address from now on, on these ports. */
  serve(take: (socket: Socket) => void, ports?: readonly number[]): Promise<void>
  /** What the network asks, unless a fault says otherwise. */
  readonly azureDns: DnsServer
  /** The network's own resolver, in place of Azure DNS. */
  resolver(...servers: readonly DnsServer[]): void
  /** A DNS server at a loopback address that answers this; with `fromMemory`, as of now, so that its TTL falls. */
  dns(
    reply: DnsReply | 'silence' | ((name: string, type: string) => DnsReply | 'silence'),
    address?: '127.0.0.1' | '::1',
  ): Promise<DnsServer>
  /** Closes when the world does. */
  defer(close: () => unknown): void
  /** The clock of the machine that looks, in milliseconds ahead of the vendor's. */
  clockAhead(milliseconds: number): void
  /** The background has seen the endpoints as they are. */
  surveyed(): void
  /** No diagnostics worker answers. */
  withoutWorker(): void
  /** The real clients. */
  readonly clouds: Clouds
  readonly network: Network
  /** Looks at both planes as `diagnose` does, with the real clients. */
  diagnose(options?: { readonly wake?: boolean }): Promise<{ verdict: Verdict; elapsedMs: number }>
  close(): Promise<void>
}

export interface DnsReply {
  readonly rcode?: number
  readonly answers?: Answer[]
  readonly authorities?: Answer[]
  readonly fromMemory?: boolean
  /** In milliseconds. */
  readonly after?: number
}

const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
const zoneName = 'westus3.privatelink.azure.clickhouse.cloud'
const base = `/subscriptions/${subscription}/resourceGroups`

/** What is the same for all faults: starting it is slow. */
export interface FaultStage {
  /** `callMs`: how long each call of a cloud's API takes, in milliseconds. */
  open(options?: { readonly callMs?: number }): Promise<FaultWorld>
}

/** Servers are started for each world, so that nothing of one fault is left for the next. */
export async function faultStage(): Promise<FaultStage> {
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  // As in the worker, which reads the roots once: reading them takes 11 ms.
  const trust = createTrust()
  return { open: ({ callMs = 2 } = {}) => openWorld(authority, trust, callMs) }
}

async function openWorld(authority: Authority, trust: SecureContext, callMs: number): Promise<FaultWorld> {
  const latencies = { arm: callMs, privateEndpoint: 10, privateZone: 10, networkLink: 10, clickhouse: callMs, propagation: 1 }
  const world = acme({ addressBase: await freeAddressBase(), latencies })
  const [virtualNetwork] = world.networks.values()
  const [service] = world.services
  const host = service?.privateHost
  if (virtualNetwork === undefined || service === undefined || host === undefined) throw new Error('The estate is empty.')
  const endpoint: PrivateEndpoint = {
    id: `${base}/rg-network/providers/Microsoft.Network/privateEndpoints/pe-analytics-prod`,
    location: 'westus3',
    tags: {},
    resourceGuid: '3f1c2d4e-0000-4000-8000-000000000001',
    subnetId: `${virtualNetwork.id}/subnets/endpoints`,
    connectionName: 'pe-analytics-prod',
    alias: service.alias ?? '',
    requestMessage: '',
    applicationSecurityGroups: [],
    nicId: `${base}/rg-network/providers/Microsoft.Network/networkInterfaces/pe-analytics-prod.nic`,
    address: world.allocateAddress(),
    provisioningState: 'Succeeded',
    connection: 'Approved',
  }
  world.endpoints.set(endpoint.id.toLowerCase(), endpoint)
  const records = new Map<string, RecordSet>()
  const zoneId = `${base}/rg-dns/providers/Microsoft.Network/privateDnsZones/${zoneName}`
  const links = new Map()
  world.zones.set(zoneId.toLowerCase(), {
    id: zoneId,
    name: zoneName,
    tags: {},
    etag: 'e',
    provisioningState: 'Succeeded',
    records,
    links,
  })
  service.privateEndpointIds.push(endpoint.resourceGuid)
  world.organizations[0]?.privateEndpoints.push({
    id: endpoint.resourceGuid,
    description: '',
    cloudProvider: 'azure',
    region: 'westus3',
  })

  const closing: (() => unknown)[] = []
  const arm = await startArm(world, { authority })
  process.env.IDENTITY_ENDPOINT = arm.identity.endpoint
  process.env.IDENTITY_HEADER = arm.identity.header
  const cloud = await startClickHouseCloud(world, { rateLimit: { requests: 1_000, windowMs: 10_000 } })
  const vnet = await startNetwork(world, { authority, virtualNetworkId: virtualNetwork.id, wakeMs: 300 })
  const organization = { organizationId, organizationName: 'acme', keyId: keys.id, keySecret: keys.secret }
  const clickhouse = clickHouseCloud(cloud.url, [organization], { take: async () => undefined, purpose: () => 'request' })
  const credential = new DefaultAzureCredential()
  let resolvers: readonly DnsServer[] = [vnet.dns]
  let ahead = 0
  let worker = true
  let survey: Survey | undefined
  const named = () => ({
    organizationId,
    organizationName: 'acme',
    id: service.id,
    name: service.name,
    provider: 'azure',
    region: 'westus3',
    state: service.state,
  })

  const setRecord = (type: string, name: string, ...addresses: string[]) => {
    records.set(`${type}/${name}`.toLowerCase(), { type, name, ttl: 60, addresses, metadata: {}, etag: 'e' })
  }
  const link = (linked: boolean) => {
    links.clear()
    const id = `${zoneId}/virtualNetworkLinks/vnet-prod`
    const known = {
      id,
      name: 'vnet-prod',
      virtualNetworkId: virtualNetwork.id,
      registrationEnabled: false,
      tags: {},
      etag: 'e',
      state: 'Completed',
    }
    if (linked) links.set('vnet-prod', known)
    world.changed()
  }
  setRecord('A', '*', endpoint.address)
  link(true)

  const clouds: Clouds = {
    network: azureNetwork(credential, arm.url),
    dns: azurePrivateDns(credential, arm.url),
    clickhouse,
    prober: {
      async probe(_network, probe, { signal }) {
        if (!worker) return undefined
        const look = createProbe({
          dnsServers: [vnet.dns],
          resolver: resolvers,
          hostSuffixes: ['.privatelink.azure.clickhouse.cloud'],
          prefixes: [`${world.addressBase}.0/24`],
          trust,
        })
        const seen = await look(probe, signal)
        return { ...seen, clock: { at: new Date(Date.now() + ahead).toISOString() } }
      },
      workers: async () => [],
      ...closable(async () => undefined),
    },
  }
  const signal = new AbortController().signal
  return {
    world,
    authority,
    service,
    endpoint,
    host,
    foreign: `${world.addressBase}.200`,
    records,
    azureDns: vnet.dns,
    clouds,
    network,
    setRecord,
    link,
    defer: (close) => void closing.push(close),
    clockAhead: (milliseconds) => {
      ahead = milliseconds
    },
    surveyed: () => {
      const [living, unread] = [[...world.endpoints.values()].flatMap(({ id, resourceGuid }) => [resourceGuid, id]), []]
      const cells = [{ service: named(), network: network.name, living, record: 'right', listed: true } as const]
      survey = { readAt: new Date().toISOString(), ...tableOf(cells), unread, names: {} }
    },
    withoutWorker: () => {
      worker = false
    },
    resolver: (...servers) => {
      resolvers = servers
    },
    async serve(take, ports = [8443, 9440]) {
      endpoint.provisioningState = 'Updating'
      world.changed()
      for (const port of ports) {
        const sockets = new Set<Socket>()
        const server = createServer((socket) => {
          sockets.add(socket.on('error', () => undefined))
          take(socket)
        })
        await bind(() => server.listen(port, endpoint.address), server)
        closing.push(async () => {
          for (const socket of sockets) socket.destroy()
          await new Promise((resolve) => server.close(resolve))
        })
      }
    },
    async dns(reply, address = '127.0.0.1') {
      const socket = createSocket(address === '::1' ? 'udp6' : 'udp4')
      const rememberedAt = Date.now()
      let open = true
      socket.on('message', (message, from) => {
        const { id, questions } = decode(message)
        const [asked] = questions ?? []
        const chosen = typeof reply === 'function' ? reply(asked?.name ?? '', asked?.type ?? '') : reply
        if (chosen === 'silence') return
        const { rcode = 0, answers = [], authorities = [], fromMemory = false, after = 0 } = chosen
        const age = fromMemory ? Math.floor((Date.now() - rememberedAt) / 1_000) : 0
        const aged = (record: Answer): Answer =>
          'ttl' in record && record.ttl !== undefined ? { ...record, ttl: Math.max(0, record.ttl - age) } : record
        const fitting = answers.filter(({ type }) => type === asked?.type || type === 'CNAME')
        const response = { type: 'response', id, flags: rcode, questions } as const
        const records = { answers: fitting.map(aged), authorities: authorities.map(aged) }
        const send = () => open && socket.send(encode({ ...response, ...records }), from.port, from.address)
        if (after === 0) send()
        else setTimeout(send, after)
      })
      socket.bind(0, address)
      await once(socket, 'listening')
      closing.push(() => {
        open = false
        socket.close()
      })
      return { address, port: socket.address().port }
    },
    async diagnose({ wake = false } = {}) {
      const startedAt = performance.now()
      const evidence = await gatherEvidence(
        { service: named(), host, alias: service.alias ?? '', network },
        {
          clouds,
          catalog: { current: async () => ({ readAt: '', services: [], allowLists: {} }) },
          survey: { read: async () => survey },
          inventory: {
            read: async () => ({ readAt: new Date().toISOString(), services: [named()], allowLists: {} }),
            learn: async () => undefined,
          },
          log: pino({ level: 'silent' }),
        },
        { signal, wake },
      )
      return { verdict: judge(rules, evidence), elapsedMs: performance.now() - startedAt }
    },
    async close() {
      for (const close of closing.toReversed()) await close()
      await clickhouse.close()
      await Promise.all([vnet.close(), cloud.close(), arm.close()])
    },
  }
}

/** The network's own listener takes a moment to let go of the port. */
async function bind(listen: () => void, server: ReturnType<typeof createServer>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    listen()
    try {
      await once(server, 'listening')
      return
    } catch (error) {
      if (attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
