import { configuration, slack, teams } from '../../sandbox/estate.ts'
import { newEtag, World } from '../../sandbox/world.ts'
import { askers, isLeft, networkName, networksInSlack, placeOf, serviceName, servicesOfNetwork } from './plan.ts'

/** Networks in several subscriptions and regions, each with an organization of its own: a key of ClickHouse Cloud takes ten calls in ten seconds. */

/** Each of one network alone, whose private DNS zone the bot makes and takes away. */
const ownRegions = ['westus3', 'eastus2'] as const

/** Each of many networks: one record cannot lead them to different endpoints, so somebody has made a zone for each of them. */
const sharedRegions = ['eastus', 'centralus', 'germanywestcentral'] as const

const mostSubscriptions = 8

const latencies = { arm: 5, privateEndpoint: 300, privateZone: 150, networkLink: 150, clickhouse: 10, propagation: 50 }

/** Endpoints get an address that no other has now, as in Azure: a day makes more of them than a subnet has addresses. */
class ChaosWorld extends World {
  #last = 3

  override allocateAddress(): string {
    const taken = new Set([...this.endpoints.values()].map(({ address }) => address))
    for (let tried = 0; tried < 250; tried++) {
      this.#last = this.#last >= 253 ? 4 : this.#last + 1
      const address = `${this.addressBase}.${this.#last}`
      if (!taken.has(address)) return address
    }
    throw new Error('The subnet has no address left.')
  }
}

const uuid = (kind: string, at: number) => `${kind}${String(at).padStart(6, '0')}-0b3f-4a5d-8c7e-6f5a4b3c2d10`
const subscriptionOf = (network: number) => uuid('5b', network % mostSubscriptions)
const regionOf = (network: number): string =>
  ownRegions[network] ?? sharedRegions[network % sharedRegions.length] ?? sharedRegions[0]
const zoneGroupOf = (network: number): string => `rg-dns${network < ownRegions.length ? '' : `-${networkName(network)}`}`

export function keyOf(network: number): { readonly id: string; readonly secret: string } {
  const number = String(network).padStart(3, '0')
  return { id: `chaosKeyId000000${number}`, secret: `4b1dchaosKeySecret${number}` }
}

export function vnetId(network: number): string {
  return `/subscriptions/${subscriptionOf(network)}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-${networkName(network)}`
}

export function chaosWorld(addressBase: string, networks: number): World {
  const world = new ChaosWorld({ addressBase, latencies })
  for (let network = 0; network < networks; network++) {
    const id = vnetId(network)
    const region = regionOf(network)
    world.networks.set(id.toLowerCase(), {
      id,
      location: region,
      tags: {},
      subnets: [{ name: 'endpoints', addressPrefix: `${addressBase}.0/24` }],
    })
    if (network >= ownRegions.length) addZone(world, network)
    const organizationId = uuid('06', network)
    const keys = [{ ...keyOf(network), role: 'admin' as const }]
    world.organizations.push({ id: organizationId, name: `org-${network}`, keys, privateEndpoints: [] })
    for (let service = 0; service < servicesOfNetwork; service++) {
      const name = serviceName(network, service)
      const label = name.replaceAll('-', '')
      world.services.push({
        id: uuid('5e', network * servicesOfNetwork + service),
        organizationId,
        name,
        provider: 'azure',
        region,
        state: 'running',
        alias: `production-${region}-0-0.3f2a9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.${region}.azure.privatelinkservice`,
        privateHost: `${label}.${region}.privatelink.azure.clickhouse.cloud`,
        publicHost: `${label}.${region}.azure.clickhouse.cloud`,
        privateEndpointIds: [],
      })
    }
  }
  return world
}

function addZone(world: World, network: number): void {
  const name = `${regionOf(network)}.privatelink.azure.clickhouse.cloud`
  const id = `/subscriptions/${subscriptionOf(network)}/resourceGroups/${zoneGroupOf(network)}/providers/Microsoft.Network/privateDnsZones/${name}`
  const link = {
    id: `${id}/virtualNetworkLinks/hub`,
    name: 'hub',
    virtualNetworkId: vnetId(network),
    registrationEnabled: false,
    tags: {},
    etag: newEtag(),
    state: 'Completed' as const,
  }
  const links = new Map([[link.name, link]])
  const zone = {
    id,
    name,
    tags: { owner: 'hub' },
    etag: newEtag(),
    provisioningState: 'Succeeded' as const,
    records: new Map(),
    links,
  }
  world.zones.set(id.toLowerCase(), zone)
}

const numbered = (idOf: (at: number) => string) =>
  Object.fromEntries(Array.from({ length: askers }, (_, at) => [`asker${at}`, idOf(at)]))

/** Everybody of the sample estate, and those who ask. */
export const workspace = {
  ...slack,
  users: { ...slack.users, ...numbered((at) => `U1ASKER${at}`) },
  deactivated: new Set<string>(),
}
const teamsChannel = (at: number, name: string) => `19:chaos-${name}-${at}@thread.tacv2`
export const tenant = {
  ...teams,
  channels: {
    ...(teams.channels as Readonly<Record<string, string>>),
    ...Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [
        [`data-${at}`, teamsChannel(at, 'data')],
        [`approvals-${at}`, teamsChannel(at, 'approvals')],
      ]).flat(),
    ),
  },
  users: { ...teams.users, ...numbered((at) => `a11ce000-0000-4000-8000-00000000f00${at}`) },
  disabled: new Set<string>(),
}

/** Channels in which the requests of a network are decided: in Slack, in Teams, or in both. */
export interface ApprovalPlaces {
  readonly slack?: string
  readonly teams?: string
}

export function approvalPlacesOf(network: number): ApprovalPlaces {
  if (network >= networksInSlack) return { teams: `approvals-${placeOf(network)}` }
  const [inSlack, inTeams] = [{ slack: 'approvals' }, { teams: 'approvals' }]
  return [inSlack, inTeams, { ...inSlack, ...inTeams }][network % 3] ?? inTeams
}

function channelName(network: number): string {
  return Object.entries(approvalPlacesOf(network))
    .map((entry) => entry.join('-'))
    .join('-')
}

export function configurationFile(networks: number): object {
  const { people } = configuration()
  const all = Array.from({ length: networks }, (_, network) => network)
  const policy = (network: number) => ({
    networks: [networkName(network)],
    actions: ['setup', 'allow', 'revoke', 'teardown'],
    approvers: ['Bob Builder', 'Carol Jones'],
    approvals: 1,
    expiry: isLeft(network) ? '10s' : '24h',
    channel: channelName(network),
  })
  const channel = (network: number) => {
    const { slack: inSlack, teams: inTeams } = approvalPlacesOf(network)
    return {
      name: channelName(network),
      ...(inSlack !== undefined && { slack: slack.channels.approvals }),
      ...(inTeams !== undefined && { teams: tenant.channels[inTeams] }),
    }
  }
  return {
    installation: 'chaos',
    organizations: all.map((network) => ({
      id: uuid('06', network),
      name: `org-${network}`,
      keyId: `KEY_ID_${network}`,
      keySecret: `KEY_SECRET_${network}`,
    })),
    networks: all.map((network) => ({
      name: networkName(network),
      subscription: subscriptionOf(network),
      resourceGroup: 'rg-network',
      vnet: `vnet-${networkName(network)}`,
      subnet: 'endpoints',
      location: regionOf(network),
      dns: { subscription: subscriptionOf(network), resourceGroup: zoneGroupOf(network) },
    })),
    people: people
      .filter(({ name }) => name !== 'Alice Archer')
      .map((person) => ({ ...person, teams: teams.users[person.email.split('@')[0] as keyof typeof teams.users] })),
    policies: all.map(policy),
    channels: [...new Map(all.map((network) => [channelName(network), channel(network)])).values()],
  }
}
