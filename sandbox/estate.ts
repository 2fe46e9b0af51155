import type { Latencies } from './world.ts'
import { World } from './world.ts'

/** The sample estate that the tour and the tests live in: the company acme, its people, its networks and its services. */

export const organizationId = '6f1a2c7e-55a1-4a0e-9d5e-0c4b1d2f3a41'
export const subscription = 'b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4'

export const keys = { id: 'sandboxKeyId0000000', secret: '4b1dsandboxKeySecret4b1d' }

export const slack = {
  teamId: 'T0ACME',
  appId: 'A0PRIVATELINK',
  botUserId: 'U0BOT',
  botToken: 'xoxb-sandbox-0000-token',
  signingSecret: 'sandbox-signing-secret-8f7e6d5c',
  users: { alice: 'U01ALICE', bob: 'U02BOB', carol: 'U03CAROL', mallory: 'U0MALLORY' },
  channels: { approvals: 'C012ABC', data: 'C034DEF' },
  groups: { S0NETSEC: ['U03CAROL'] },
}

const entra = (last: string) => `a11ce000-0000-4000-8000-${last.padStart(12, '0')}`

export const teams = {
  tenantId: '7e0a7e0a-1111-4111-8111-000000000001',
  appId: 'b07b07b0-2222-4222-8222-000000000002',
  appPassword: 'sandbox-teams-secret-5e4d3c2b',
  users: { alice: entra('a1'), bob: entra('b2'), carol: entra('c3'), mallory: entra('dd'), grace: entra('9e') },
  /** Of another tenant; her address is Bob's. */
  guests: ['grace'],
  emails: { grace: 'bob@acme.example' },
  channels: {
    approvals: '19:a99r0va1s00000000000000000000001@thread.tacv2',
    data: '19:da7a0000000000000000000000000002@thread.tacv2',
  },
  groupChat: '19:9r0u9c4a700000000000000000000003@thread.v2',
  groups: { '9e75ec00-3333-4333-8333-000000000003': [entra('c3')] },
}

const region = 'westus3'
const zone = `${region}.privatelink.azure.clickhouse.cloud`
/** The alias of ClickHouse Cloud's Private Link Service in a region. */
export function aliasIn(region: string): string {
  return `production-${region}-0-0.3f2a9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.${region}.azure.privatelinkservice`
}

/** In real life an endpoint takes a minute or two; here seconds, in the same proportions. */
export const acmeLatencies: Latencies = {
  arm: 20,
  privateEndpoint: 8_000,
  privateZone: 3_000,
  networkLink: 3_000,
  clickhouse: 60,
  propagation: 500,
}

function network(name: string, vnet: string, location: string) {
  return {
    name,
    subscription,
    resourceGroup: 'rg-network',
    vnet,
    subnet: 'endpoints',
    location,
    dns: { subscription, resourceGroup: 'rg-dns' },
  }
}

export const networks = {
  prodWestus3: network('prod-westus3', 'vnet-prod', 'westus3'),
  stagingEastus2: network('staging-eastus2', 'vnet-staging', 'eastus2'),
}

interface ConfiguredPerson {
  readonly name: string
  readonly email: string
  readonly slack?: string
  readonly teams?: string
}

interface ConfiguredChannel {
  readonly name: string
  readonly slack?: string
  readonly teams?: string
}

/** The same people and the approval channel, with their ids in these chats. */
export function inChats<File extends ReturnType<typeof configuration>>(file: File, chats: readonly ('slack' | 'teams')[]): File {
  const ids = <Ids extends { readonly slack?: string; readonly teams?: string }>(
    { slack: inSlack, teams: inTeams, ...rest }: Ids,
    other: string,
  ) => ({
    ...rest,
    ...(chats.includes('slack') && inSlack !== undefined && { slack: inSlack }),
    ...(chats.includes('teams') && { teams: inTeams ?? other }),
  })
  const account = (email: string) => teams.users[email.split('@')[0] as keyof typeof teams.users]
  return {
    ...file,
    people: file.people.map((person) => ids(person, account(person.email))),
    channels: file.channels.map((channel) => ids(channel, teams.channels.approvals)),
  }
}

/** What a company has, and how the product is configured for it. */
export interface Estate {
  world(options: { readonly addressBase: string; readonly latencies?: Latencies }): World
  configuration(): ReturnType<typeof configuration>
  /** Keys of further organizations. */
  readonly jobsEnvironment: Readonly<Record<string, string>>
}

/** The configuration file of the product, for this estate. */
export function configuration() {
  const people: readonly ConfiguredPerson[] = [
    { name: 'Alice Archer', email: 'alice@acme.example', slack: slack.users.alice },
    { name: 'Bob Builder', email: 'bob@acme.example', slack: slack.users.bob },
    { name: 'Carol Jones', email: 'carol@acme.example', slack: slack.users.carol },
  ]
  const channels: readonly ConfiguredChannel[] = [{ name: 'network-approvals', slack: slack.channels.approvals }]
  return {
    installation: 'sandbox',
    organizations: [{ id: organizationId, name: 'acme' }],
    networks: Object.values(networks).map((each) => ({ ...each, tags: { team: 'data' } })),
    people,
    policies: [
      {
        networks: ['prod-*'],
        actions: ['setup', 'allow', 'revoke', 'teardown'],
        approvers: ['Bob Builder', 'Carol Jones'],
        approvals: 1,
        expiry: '24h',
        channel: 'network-approvals',
      },
      { networks: ['staging-*'], actions: ['setup'], approvers: [], channel: 'network-approvals' },
    ],
    channels,
  }
}

export function acme({ addressBase, latencies = acmeLatencies }: { addressBase: string; latencies?: Latencies }): World {
  const world = new World({ addressBase, latencies })
  world.organizations.push({
    id: organizationId,
    name: 'acme',
    keys: [{ ...keys, role: 'admin' }],
    privateEndpoints: [],
  })
  const service = (id: string, name: string, label: string) => ({
    id,
    organizationId,
    name,
    provider: 'azure' as const,
    region,
    state: 'running',
    alias: aliasIn(region),
    privateHost: `${label}.${zone}`,
    publicHost: `${label}.${region}.azure.clickhouse.cloud`,
    privateEndpointIds: [],
  })
  world.services.push(
    service('9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10', 'analytics-prod', 'q7k3m9x2wb'),
    service('2d4e6f80-1a2b-4c3d-9e4f-5a6b7c8d9e01', 'billing-prod', 'h2v8n4c6zt'),
    service('3e5f7091-2b3c-4d4e-8f50-6b7c8d9e0f12', 'twin', 'a1b2c3d4e5'),
    service('4f608102-3c4d-4e5f-9061-7c8d9e0f1a23', 'twin', 'f6g7h8i9j0'),
    {
      id: '50719213-4d5e-4f60-8172-8d9e0f1a2b34',
      organizationId,
      name: 'events-aws',
      provider: 'aws',
      region: 'us-east-1',
      state: 'running',
      publicHost: 'k1l2m3n4o5.us-east-1.aws.clickhouse.cloud',
      privateEndpointIds: [],
    },
    {
      id: '61820324-5e6f-4071-9283-9e0f1a2b3c45',
      organizationId,
      name: 'trial-basic',
      provider: 'azure',
      region,
      state: 'running',
      publicHost: 'p6q7r8s9t0.westus3.azure.clickhouse.cloud',
      privateEndpointIds: [],
    },
  )
  for (const { vnet, location } of Object.values(networks)) {
    const id = `/subscriptions/${subscription}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/${vnet}`
    world.networks.set(id.toLowerCase(), {
      id,
      location,
      tags: {},
      subnets: [{ name: 'endpoints', addressPrefix: `${addressBase}.0/24` }],
    })
  }
  return world
}

export const acmeEstate: Estate = { world: acme, configuration, jobsEnvironment: {} }
