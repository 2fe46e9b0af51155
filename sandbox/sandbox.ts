import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type ArmServer, startArm } from './arm/server.ts'
import { type Authority, createAuthority } from './certificates.ts'
import { startClickHouseCloud } from './clickhouse-cloud/server.ts'
import {
  acmeEstate,
  type configuration,
  type Estate,
  inChats,
  keys,
  networks,
  teams as tenant,
  slack as workspace,
} from './estate.ts'
import { freePort } from './free-port.ts'
import { type ProcessName, type RunningProcess, startProcess } from './processes.ts'
import { startRedis } from './redis.ts'
import { type SlackSandbox, startSlack } from './slack/start.ts'
import { startTeams, type TeamsSandbox } from './teams/start.ts'
import { freeAddressBase } from './vnet/addresses.ts'
import { type Network, startNetwork } from './vnet/network.ts'
import type { Latencies, World } from './world.ts'

/** What a workspace gives to an app that was made from our manifest. */
function appFromManifest(): { readonly scopes: string[]; readonly homeTab: boolean } {
  const { oauth_config, features, settings } = parse(readFileSync(new URL('../slack-manifest.yaml', import.meta.url), 'utf8'))
  const told = settings.event_subscriptions.bot_events.includes('app_home_opened')
  return { scopes: oauth_config.scopes.bot, homeTab: features.app_home.home_tab_enabled && told }
}

export interface SandboxOptions {
  /** Those in which the company works; Slack unless told. */
  readonly chats?: readonly ('slack' | 'teams')[]
  readonly latencies?: Latencies
  /** Acme's unless told. */
  readonly estate?: Estate
  /** Use this Redis instead of one of our own. */
  readonly redisUrl?: string
  /** Where the bot listens; a free port unless told. */
  readonly port?: number
  /** Changes the configuration file before it is written. */
  readonly configure?: (file: ReturnType<typeof configuration>) => object
}

/** The outside world on real sockets, and the environment in which the product's processes find it. */
export interface Sandbox {
  readonly world: World
  readonly slack: SlackSandbox
  /** Absent where the company does not work in Teams. */
  readonly teams?: TeamsSandbox
  readonly authority: Authority
  readonly arm: ArmServer
  readonly network: Network
  readonly clickhouseUrl: string
  readonly redisUrl: string
  /** Absent where the Redis is not the sandbox's own. */
  readonly redisPid?: number
  readonly configPath: string
  /** Where the bot listens. */
  readonly botUrl: string
  environment(name: ProcessName): Readonly<Record<string, string>>
  /** Starts a process of the product; `close` ends it. `more` adds to its environment. */
  start(name: ProcessName, more?: Readonly<Record<string, string>>): Promise<RunningProcess>
  close(): Promise<void>
}

export async function startSandbox({
  latencies,
  redisUrl,
  port: givenPort,
  configure = (file) => file,
  estate = acmeEstate,
  chats = ['slack'],
}: SandboxOptions = {}): Promise<Sandbox> {
  const addressBase = await freeAddressBase()
  const world = estate.world({ addressBase, ...(latencies !== undefined && { latencies }) })
  const authority = await createAuthority()
  const folder = await mkdtemp(join(tmpdir(), 'privatelink-sandbox-'))
  const configPath = join(folder, 'privatelink.yaml')
  const authorityPath = join(folder, 'authority.pem')
  await Promise.all([
    writeFile(configPath, stringify(configure(inChats(estate.configuration(), chats)))),
    writeFile(authorityPath, authority.certificate),
  ])

  const arm = await startArm(world, { authority })
  const clickhouse = await startClickHouseCloud(world)
  const slack = await startSlack(world, { ...workspace, ...appFromManifest(), deactivated: new Set() })
  const teams = chats.includes('teams') ? await startTeams({ ...tenant, disabled: new Set() }, { authority, world }) : undefined
  const [virtualNetwork] = world.networks.values()
  const network = await startNetwork(world, { authority, virtualNetworkId: virtualNetwork?.id ?? '' })
  const redis =
    redisUrl === undefined
      ? await startRedis()
      : { url: redisUrl, pid: undefined, urlFor: () => redisUrl, close: async () => undefined }
  // The sandbox keeps nothing, and means it.
  const keepsNothing = redisUrl === undefined ? { REDIS_ALLOW_LOSS: '1' } : {}
  const port = givenPort ?? (await freePort())
  const running = new Set<RunningProcess>()

  const environments: Record<ProcessName, Readonly<Record<string, string>>> = {
    bot: {
      PRIVATELINK_CONFIG: configPath,
      REDIS_URL: redis.urlFor('bot'),
      ...keepsNothing,
      HOST: '127.0.0.1',
      PORT: String(port),
      ...(chats.includes('slack') && {
        SLACK_BOT_TOKEN: workspace.botToken,
        SLACK_SIGNING_SECRET: workspace.signingSecret,
        SLACK_API_URL: slack.url,
      }),
      ...(teams !== undefined && { ...teams.environment, NODE_EXTRA_CA_CERTS: authorityPath }),
    },
    jobs: {
      PRIVATELINK_CONFIG: configPath,
      REDIS_URL: redis.urlFor('jobs'),
      ...keepsNothing,
      CLICKHOUSE_KEY_ID: keys.id,
      CLICKHOUSE_KEY_SECRET: keys.secret,
      ...estate.jobsEnvironment,
      CLICKHOUSE_API_URL: clickhouse.url,
      AZURE_RESOURCE_MANAGER_URL: arm.url,
      IDENTITY_ENDPOINT: arm.identity.endpoint,
      IDENTITY_HEADER: arm.identity.header,
      NODE_EXTRA_CA_CERTS: authorityPath,
    },
    diagnostics: {
      REDIS_URL: redis.urlFor(`diagnostics-${networks.prodWestus3.name}`),
      DIAGNOSTICS_NETWORK: networks.prodWestus3.name,
      DIAGNOSTICS_DNS_SERVERS: `${network.dns.address}:${network.dns.port}`,
      DIAGNOSTICS_RESOLVER: `${network.dns.address}:${network.dns.port}`,
      DIAGNOSTICS_PREFIXES: `${addressBase}.0/24`,
      NODE_EXTRA_CA_CERTS: authorityPath,
    },
  }

  return {
    world,
    slack,
    ...(teams !== undefined && { teams }),
    authority,
    arm,
    network,
    clickhouseUrl: clickhouse.url,
    redisUrl: redis.url,
    ...(redis.pid !== undefined && { redisPid: redis.pid }),
    configPath,
    botUrl: `http://127.0.0.1:${port}`,
    environment: (name) => environments[name],
    async start(name, more = {}) {
      const started = await startProcess(name, { ...environments[name], ...more })
      running.add(started)
      void started.ended.then(() => running.delete(started))
      return started
    },
    async close() {
      await Promise.all([...running].map((process) => process.close()))
      await Promise.all(
        [arm, clickhouse, slack, ...(teams === undefined ? [] : [teams]), network, redis].map((peer) => peer.close()),
      )
      await rm(folder, { recursive: true })
    },
  }
}
