import { createHash } from 'node:crypto'
import {
  acme,
  acmeLatencies,
  networks as acmeNetworks,
  subscription as acmeSubscription,
  aliasIn,
  configuration,
  type Estate,
} from './estate.ts'
import { type ClickHouseService, newEtag, type World } from './world.ts'

/** How many there are of each, the company acme's own included. */
export interface EstateSize {
  readonly organizations: number
  readonly services: number
  readonly networks: number
  readonly subscriptions: number
  readonly endpoints: number
  readonly zones: number
  /** Address records in all zones together. */
  readonly records: number
}

export const large: EstateSize = {
  organizations: 5,
  services: 2_000,
  networks: 50,
  subscriptions: 8,
  endpoints: 400,
  zones: 120,
  records: 25_000,
}

const regions = ['westus3', 'eastus2', 'westeurope', 'germanywestcentral'] as const
const organizationNames = ['globex', 'initech', 'umbrella', 'hooli', 'stark', 'wayne', 'tyrell', 'cyberdyne', 'soylent']
const teams = ['analytics', 'billing', 'events', 'search', 'fraud', 'pricing', 'logistics', 'ads', 'telemetry', 'audit']

/** Private zones of other Azure services, which every large estate is full of. */
const otherZones = [
  'privatelink.blob.core.windows.net',
  'privatelink.database.windows.net',
  'privatelink.vaultcore.azure.net',
  'privatelink.azurecr.io',
  'privatelink.servicebus.windows.net',
  'privatelink.documents.azure.com',
  'privatelink.redis.cache.windows.net',
  'privatelink.azurewebsites.net',
]

/** Every fifth endpoint leads to ClickHouse Cloud, and so many services list it. */
const clickHouseEvery = 5
const servicesPerEndpoint = 4

interface SampleNetwork {
  readonly name: string
  readonly subscription: string
  readonly resourceGroup: string
  readonly vnet: string
  readonly subnet: string
  readonly location: string
  readonly dns: { readonly subscription: string; readonly resourceGroup: string }
}

/**
 * An estate of any size, the same at every call: acme's own, and around it what a platform team has. Its first network and its first services are acme's,
 * where nothing is connected yet.
 */
export function largeEstate(size: EstateSize = large): Estate {
  const networks = networksOf(size)
  const organizations = organizationNames.slice(0, size.organizations - 1).map((name, index) => ({
    id: guid('organization', index),
    name,
    keyVariables: { keyId: `CLICKHOUSE_KEY_ID_${name.toUpperCase()}`, keySecret: `CLICKHOUSE_KEY_SECRET_${name.toUpperCase()}` },
    key: { id: `sandboxKeyId${name}`.padEnd(19, '0'), secret: `4b1dsandboxKeySecret${name}` },
  }))
  return {
    world({ addressBase, latencies = { ...acmeLatencies, listLag: 2_000 } }) {
      const world = acme({ addressBase, latencies })
      for (const { id, name, key } of organizations)
        world.organizations.push({ id, name, keys: [{ ...key, role: 'admin' }], privateEndpoints: [] })
      addServices(world, size.services)
      for (const network of networks.slice(Object.keys(acmeNetworks).length)) addNetwork(world, network)
      addEndpoints(world, networks, size.endpoints)
      addZones(world, networks, size)
      return world
    },
    configuration() {
      const file = configuration()
      const action = ['setup', 'allow', 'revoke', 'teardown']
      const policy = {
        networks: ['net-*'],
        actions: action,
        approvers: ['Bob Builder', 'Carol Jones'],
        channel: 'network-approvals',
      }
      return {
        ...file,
        organizations: [
          ...file.organizations,
          ...organizations.map(({ id, name, keyVariables }) => ({ id, name, ...keyVariables })),
        ],
        networks: networks.map((network) => ({ ...network, tags: { team: 'data' } })),
        policies: [...file.policies, { ...policy, approvals: 1, expiry: '24h' }].filter(({ networks: [pattern = ''] }) =>
          networks.some(({ name }) => name.startsWith(pattern.replace('*', ''))),
        ),
      }
    },
    jobsEnvironment: Object.fromEntries(
      organizations.flatMap(({ keyVariables, key }) => [
        [keyVariables.keyId, key.id],
        [keyVariables.keySecret, key.secret],
      ]),
    ),
  }
}

function networksOf({ networks, subscriptions }: EstateSize): readonly SampleNetwork[] {
  const own: readonly SampleNetwork[] = Object.values(acmeNetworks)
  const others = Array.from({ length: Math.max(0, networks - own.length) }, (_, index): SampleNetwork => {
    const number = String(index + own.length + 1).padStart(2, '0')
    const location = regionOf(index)
    const subscription = index % subscriptions === 0 ? acmeSubscription : guid('subscription', index % subscriptions)
    return {
      name: `net-${location}-${number}`,
      subscription,
      resourceGroup: `rg-net-${number}`,
      vnet: `vnet-${number}`,
      subnet: 'endpoints',
      location,
      dns: { subscription, resourceGroup: `rg-dns-${number}` },
    }
  })
  return [...own, ...others].slice(0, networks)
}

function addServices(world: World, count: number): void {
  const organizations = world.organizations.map(({ id }) => id)
  for (let index = world.services.length; index < count; index++) {
    const region = regionOf(index)
    const label = createHash('sha256').update(`host ${index}`).digest('hex').slice(0, 10)
    const service: ClickHouseService = {
      id: guid('service', index),
      organizationId: organizations[index % organizations.length] ?? '',
      name: serviceName(index),
      provider: 'azure',
      region,
      state: index % 13 === 0 ? 'idle' : index % 29 === 0 ? 'stopped' : 'running',
      publicHost: `${label}.${region}.azure.clickhouse.cloud`,
      privateEndpointIds: [],
    }
    // Plans of the lowest tier have no private endpoints.
    const hasPrivateLink = index % 11 !== 0
    const ways = hasPrivateLink
      ? { alias: aliasIn(region), privateHost: `${label}.${region}.privatelink.azure.clickhouse.cloud` }
      : {}
    world.services.push({ ...service, ...ways })
  }
}

/** Names as people give them: shared beginnings, one name in two organizations, spaces, quotes, emoji, markup, and as long as it gets. */
function serviceName(index: number): string {
  const team = teams[index % teams.length] ?? ''
  const number = String(index).padStart(4, '0')
  switch (index % 50) {
    case 7:
      return `${team} reporting ${number}`
    case 13:
      return `"${team}" it's ${number}`
    case 19:
      return `🚀 ${team} 🔥 ${number}`
    case 23:
      return `<img src=x onerror=alert(${index})> *${team}* <!channel>`
    case 29:
      return `${team}-${number}-`.padEnd(200, 'long-name-')
    // The same name for two services, which are in two organizations.
    case 31:
    case 32:
      return `shared-${Math.floor(index / 50)}`
    default:
      return `${team}-prod-${number}`
  }
}

function addNetwork(world: World, { subscription, resourceGroup, vnet, location }: SampleNetwork): void {
  const id = virtualNetworkId({ subscription, resourceGroup, vnet })
  const addressPrefix = `10.${world.networks.size}.0.0/16`
  world.networks.set(id.toLowerCase(), { id, location, tags: {}, subnets: [{ name: 'endpoints', addressPrefix }] })
}

/** In all networks but the first, or in one that is not configured where there is no other. */
function addEndpoints(world: World, networks: readonly SampleNetwork[], count: number): void {
  const [first, ...others] = networks
  const unconfigured = { ...(first ?? acmeNetworks.prodWestus3), vnet: 'vnet-other', resourceGroup: 'rg-other' }
  if (others.length === 0) addNetwork(world, unconfigured)
  const homes = others.length === 0 ? [unconfigured] : others
  for (let index = 0; index < count; index++) {
    const at = index % homes.length
    const home = homes[at] ?? unconfigured
    const round = Math.floor(index / homes.length)
    const leadsToClickHouse = round % clickHouseEvery === 0
    const name = leadsToClickHouse ? `pe-clickhouse-${round}` : `pe-${teams[round % teams.length]}-${round}`
    const group = `/subscriptions/${home.subscription}/resourceGroups/${home.resourceGroup}/providers/Microsoft.Network`
    const endpoint = {
      id: `${group}/privateEndpoints/${name}`,
      location: home.location,
      tags: {},
      resourceGuid: guid('endpoint', index),
      subnetId: `${virtualNetworkId(home)}/subnets/${home.subnet}`,
      connectionName: name,
      alias: leadsToClickHouse
        ? aliasIn(home.location)
        : `other.${guid('alias', index)}.${home.location}.azure.privatelinkservice`,
      requestMessage: '',
      applicationSecurityGroups: [],
      nicId: `${group}/networkInterfaces/${name}.nic`,
      address: `10.${at + 2}.${Math.floor(round / 250)}.${4 + (round % 250)}`,
      provisioningState: 'Succeeded',
      connection: 'Approved',
    } as const
    world.endpoints.set(endpoint.id.toLowerCase(), { ...endpoint, applicationSecurityGroups: [] })
    if (leadsToClickHouse) list(world, endpoint, index)
  }
}

/** Puts the endpoint on the lists of some services of its region, and of their organizations. */
function list(
  world: World,
  { resourceGuid, location }: { readonly resourceGuid: string; readonly location: string },
  from: number,
): void {
  const able = world.services.slice(6).filter(({ alias }) => alias === aliasIn(location))
  const chosen = Array.from(
    { length: Math.min(servicesPerEndpoint, able.length) },
    (_, index) => able[(from + index * 7) % able.length],
  )
  for (const service of chosen) {
    if (service === undefined || service.privateEndpointIds.includes(resourceGuid)) continue
    service.privateEndpointIds.push(resourceGuid)
    const organization = world.organizations.find(({ id }) => id === service.organizationId)
    if (organization === undefined || organization.privateEndpoints.some(({ id }) => id === resourceGuid)) continue
    organization.privateEndpoints.push({ id: resourceGuid, description: '', cloudProvider: 'azure', region: location })
  }
}

/** First a zone for each network that is connected already, then those of other services. Records are spread over the latter. */
function addZones(world: World, networks: readonly SampleNetwork[], { zones, records }: EstateSize): void {
  const [first, ...others] = networks
  const homes = others.length === 0 && first !== undefined ? [first] : others
  for (let index = 0; index < zones; index++) {
    const home = homes[index % homes.length]
    if (home === undefined) return
    const round = Math.floor(index / homes.length)
    const endpoint = [...world.endpoints.values()].find(
      ({ subnetId, alias }) =>
        subnetId.startsWith(`${virtualNetworkId(home)}/`) && alias === aliasIn(home.location) && others.length > 0 && round === 0,
    )
    const name =
      endpoint === undefined
        ? (otherZones[round % otherZones.length] ?? '')
        : `${home.location}.privatelink.azure.clickhouse.cloud`
    const group = round < otherZones.length ? home.dns.resourceGroup : `${home.dns.resourceGroup}-${round}`
    const id = `/subscriptions/${home.dns.subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/${name}`
    world.zones.set(id.toLowerCase(), {
      id,
      name,
      tags: {},
      etag: newEtag(),
      provisioningState: 'Succeeded',
      records: new Map(),
      links: new Map([
        [
          home.vnet.toLowerCase(),
          {
            id: `${id}/virtualNetworkLinks/${home.vnet}`,
            name: home.vnet,
            virtualNetworkId: virtualNetworkId(home),
            registrationEnabled: false,
            tags: {},
            etag: newEtag(),
            state: 'Completed',
          },
        ],
      ]),
    })
    if (endpoint !== undefined) addRecord(world, id, '*', endpoint.address)
  }
  const filled = [...world.zones.values()].filter(({ name }) => otherZones.includes(name))
  for (let index = 0; index < records && filled.length > 0; index++) {
    const zone = filled[index % filled.length]
    if (zone !== undefined) addRecord(world, zone.id, `host-${index}`, `10.200.${Math.floor(index / 250) % 250}.${index % 250}`)
  }
}

function addRecord(world: World, zoneId: string, name: string, address: string): void {
  const record = { type: 'A', name, ttl: 300, addresses: [address], metadata: {}, etag: newEtag() }
  world.zones.get(zoneId.toLowerCase())?.records.set(`a/${name.toLowerCase()}`, record)
}

function virtualNetworkId({
  subscription,
  resourceGroup,
  vnet,
}: Pick<SampleNetwork, 'subscription' | 'resourceGroup' | 'vnet'>): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet}`
}

function regionOf(index: number): string {
  return regions[index % regions.length] ?? regions[0]
}

/** The same for the same words. */
function guid(kind: string, index: number): string {
  const hex = createHash('sha256').update(`${kind} ${index}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
