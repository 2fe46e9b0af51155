import type { SlackSandbox } from '../../sandbox/slack/start.ts'
import type { TeamsSandbox } from '../../sandbox/teams/start.ts'
import type { PrivateEndpoint, World } from '../../sandbox/world.ts'
import { vnetId } from './estate.ts'
import type { EndpointLife, Leftovers, Post, Standing } from './observed.ts'
import { networkName, serviceName, servicesOfNetwork } from './plan.ts'

/** Writes down what changes in the world, at the moment at which it changes. */
export interface Witness {
  readonly standings: readonly Standing[]
  endpoints(): readonly EndpointLife[]
  leftovers(): Leftovers
}

export function watchWorld(world: World, networks: number): Witness {
  const standings: Standing[] = []
  const last = new Map<string, string>()
  const lives = new Map<PrivateEndpoint, { id: string; network: string; from: number; to?: number }>()
  const networkOf = ({ subnetId }: PrivateEndpoint): number => {
    const at = Array.from({ length: networks }, (_, index) => index)
    return at.find((network) => subnetId.toLowerCase().startsWith(`${vnetId(network).toLowerCase()}/`)) ?? -1
  }
  const look = (): void => {
    const at = Date.now()
    const present = new Set(world.endpoints.values())
    for (const endpoint of present) {
      if (!lives.has(endpoint)) lives.set(endpoint, { id: endpoint.id, network: networkName(networkOf(endpoint)), from: at })
    }
    for (const [endpoint, life] of lives) if (life.to === undefined && !present.has(endpoint)) life.to = at
    const byNetwork = Map.groupBy(present, networkOf)
    for (let network = 0; network < networks; network++)
      for (let index = 0; index < servicesOfNetwork; index++) {
        const service = serviceName(network, index)
        const standing = standingOf(world, network, service, byNetwork.get(network) ?? [])
        const text = JSON.stringify(standing)
        if (last.get(service) === text) continue
        last.set(service, text)
        standings.push({ at, network: networkName(network), service, ...standing })
      }
  }
  look()
  world.events.on('change', look)
  return {
    standings,
    endpoints: () => [...lives.values()],
    leftovers: () => leftoversIn(world, networkOf),
  }
}

function standingOf(world: World, network: number, name: string, endpoints: readonly PrivateEndpoint[]) {
  const service = world.services.find((each) => each.name === name)
  if (service === undefined) throw new Error(`There is no service ${name}.`)
  const own = endpoints.filter(({ alias }) => alias === service.alias)
  const approved = own.filter(
    ({ connection, provisioningState }) => connection === 'Approved' && provisioningState === 'Succeeded',
  )
  const vnet = vnetId(network).toLowerCase()
  const zoneName = service.privateHost?.split('.').slice(1).join('.')
  const label = service.privateHost?.split('.')[0] ?? ''
  const zone = [...world.zones.values()].find(
    (each) =>
      each.name === zoneName &&
      [...each.links.values()].some(
        ({ virtualNetworkId, state }) => virtualNetworkId.toLowerCase() === vnet && state === 'Completed',
      ),
  )
  const record = zone?.records.get(`a/${label}`) ?? zone?.records.get('a/*')
  return {
    listed: own.some((endpoint) => world.admits(service, endpoint)),
    endpoint: approved.length > 0,
    resolves: approved.some(({ address }) => record?.addresses.includes(address) === true),
  }
}

function leftoversIn(world: World, networkOf: (endpoint: PrivateEndpoint) => number): Leftovers {
  const endpoints = [...world.endpoints.values()]
  const exists = (id: string) => endpoints.some((each) => [each.id, each.resourceGuid].some((own) => same(own, id)))
  const lists = [
    ...world.services.map(({ name, privateEndpointIds }) => ({ name, ids: privateEndpointIds })),
    ...world.organizations.map(({ name, privateEndpoints }) => ({ name, ids: privateEndpoints.map(({ id }) => id) })),
  ]
  const addresses = new Set(endpoints.map(({ address }) => address))
  const entries = world.organizations.flatMap(({ privateEndpoints }) => privateEndpoints)
  return {
    listedTwice: lists.filter(({ ids }) => new Set(ids.map((id) => id.toLowerCase())).size < ids.length).map(({ name }) => name),
    orphanedIds: lists.flatMap(({ name, ids }) => ids.filter((id) => !exists(id)).map((id) => `${name} ${id}`)),
    danglingRecords: [...world.zones.values()].flatMap(({ name, records }) =>
      [...records.values()]
        .filter(({ type, addresses: to }) => type.toLowerCase() === 'a' && to.some((address) => !addresses.has(address)))
        .map((record) => `${record.name}.${name}`),
    ),
    inOrganization: entries.flatMap(({ id }) => {
      const endpoint = endpoints.find((each) => same(each.id, id) || same(each.resourceGuid, id))
      return endpoint === undefined ? [] : [networkName(networkOf(endpoint))]
    }),
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Every message of the bot in both chats. */
export function postsOf(slack: SlackSandbox, teams: TeamsSandbox): readonly Post[] {
  const { workspace } = slack.directory
  const channelName = (id: string): string => {
    const person = slack.directory.channel(id)?.person
    return person === undefined ? (slack.directory.nameOf(id) ?? id) : `to ${slack.directory.nameOf(person)}`
  }
  const inSlack = slack.messages
    .filter(({ user }) => user === workspace.botUserId)
    .map((message) => ({
      chat: 'slack' as const,
      id: message.ts,
      place: channelName(message.channel),
      deleted: message.deleted,
      versions: message.history.map(({ at, text, blocks }) => ({ at, text: slack.render({ ...message, text, blocks }, 10_000) })),
    }))
  const { directory, store } = teams
  const conversationName = (id: string): string => {
    const [objectId] = [...directory.personal].find(([, conversation]) => conversation === id) ?? []
    if (objectId !== undefined) return `to ${directory.nameOf(objectId)}`
    const own = directory.conversation(id)
    return Object.entries(directory.tenant.channels).find(([, channel]) => channel === own)?.[0] ?? own
  }
  const inTeams = store.messages
    .filter(({ by }) => by === directory.botId)
    .map((message) => ({
      chat: 'teams' as const,
      id: message.id,
      place:
        message.onlyFor === undefined ? conversationName(message.conversation) : `to ${directory.nameOf(message.onlyFor)} alone`,
      deleted: message.deleted,
      versions: message.history.map(({ at, activity }) => ({
        at,
        text: teams.render({ ...message, activity, views: new Map() }),
      })),
    }))
  return [...inSlack, ...inTeams]
}
