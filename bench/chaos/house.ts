import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { startArm } from '../../sandbox/arm/server.ts'
import { createAuthority } from '../../sandbox/certificates.ts'
import { startClickHouseCloud } from '../../sandbox/clickhouse-cloud/server.ts'
import { freePort } from '../../sandbox/free-port.ts'
import { type ProcessName, type RunningProcess, startProcess } from '../../sandbox/processes.ts'
import { type SlackSandbox, startSlack } from '../../sandbox/slack/start.ts'
import { startTeams, type TeamsSandbox } from '../../sandbox/teams/start.ts'
import { freeAddressBase } from '../../sandbox/vnet/addresses.ts'
import { startNetwork } from '../../sandbox/vnet/network.ts'
import type { World } from '../../sandbox/world.ts'
import { chaosWorld, configurationFile, keyOf, tenant, vnetId, workspace } from './estate.ts'
import { networkName, type Plan } from './plan.ts'
import { type ChaosRedis, startChaosRedis } from './redis.ts'

/** The simulated world, Redis, and all processes of the product, each in a slot in which it can be killed and started again. */
export interface House {
  readonly world: World
  readonly slack: SlackSandbox
  readonly teams: TeamsSandbox
  readonly redis: ChaosRedis
  /** Where the bots listen. */
  readonly botUrls: readonly [string, string]
  /** Ends the process of this slot with SIGKILL, and starts it again after so long. */
  kill(slot: string, downMs: number): Promise<void>
  /** Lines of processes that mean a defect. */
  readonly fatalLines: () => readonly string[]
  close(): Promise<void>
}

/** A preload that shifts the clock of a process. */
function shiftedClock(byMs: number): string {
  const shift = `const now=Date.now;globalThis.Date=class extends Date{constructor(...a){a.length?super(...a):super(now()+${byMs})}static now(){return now()+${byMs}}}`
  return `--import=data:text/javascript,${encodeURIComponent(shift)}`
}

function appFromManifest() {
  const { oauth_config } = parse(readFileSync(new URL('../../slack-manifest.yaml', import.meta.url), 'utf8'))
  return { scopes: oauth_config.scopes.bot, homeTab: true }
}

export async function openHouse({ networks, clocks }: Plan): Promise<House> {
  await using opened = new AsyncDisposableStack()
  const addressBase = await freeAddressBase()
  const world = chaosWorld(addressBase, networks)
  const authority = await createAuthority()
  const folder = await mkdtemp(join(tmpdir(), 'privatelink-chaos-'))
  opened.defer(async () => await rm(folder, { recursive: true }))
  const configPath = join(folder, 'privatelink.yaml')
  const authorityPath = join(folder, 'authority.pem')
  await writeFile(configPath, stringify(configurationFile(networks)))
  await writeFile(authorityPath, authority.certificate)

  const closing = <T extends { close(): Promise<void> }>(peer: T): T => opened.adopt(peer, async () => await peer.close())
  const arm = closing(await startArm(world, { authority }))
  const clickhouse = closing(await startClickHouseCloud(world))
  const slack = closing(await startSlack(world, { ...workspace, ...appFromManifest() }))
  const teams = closing(await startTeams(tenant, { authority }))
  const names = Array.from({ length: networks }, (_, at) => networkName(at))
  const resolvers = new Map<string, string>()
  // All networks listen for the same changes.
  world.events.setMaxListeners(networks * 4)
  for (const [at, name] of names.entries()) {
    const { dns } = closing(await startNetwork(world, { authority, virtualNetworkId: vnetId(at) }))
    resolvers.set(name, `${dns.address}:${dns.port}`)
  }
  const redis = closing(await startChaosRedis(names))
  const ports = [await freePort(), await freePort()] as const
  const keys = Object.fromEntries(
    names.flatMap((_, at) => [
      [`KEY_ID_${at}`, keyOf(at).id],
      [`KEY_SECRET_${at}`, keyOf(at).secret],
    ]),
  )

  const environmentOf = (slot: string): readonly [ProcessName, Readonly<Record<string, string>>] => {
    const own = { NODE_OPTIONS: shiftedClock(clocks[slot] ?? 0), NODE_EXTRA_CA_CERTS: authorityPath }
    if (slot.startsWith('bot-')) {
      const port = ports[slot === 'bot-0' ? 0 : 1]
      return [
        'bot',
        {
          ...own,
          ...redis.environment('bot'),
          ...teams.environment,
          PRIVATELINK_CONFIG: configPath,
          HOST: '127.0.0.1',
          PORT: String(port),
          SLACK_BOT_TOKEN: workspace.botToken,
          SLACK_SIGNING_SECRET: workspace.signingSecret,
          SLACK_API_URL: slack.url,
        },
      ]
    }
    if (slot.startsWith('jobs-'))
      return [
        'jobs',
        {
          ...own,
          ...redis.environment('jobs'),
          ...keys,
          PRIVATELINK_CONFIG: configPath,
          CLICKHOUSE_API_URL: clickhouse.url,
          AZURE_RESOURCE_MANAGER_URL: arm.url,
          IDENTITY_ENDPOINT: arm.identity.endpoint,
          IDENTITY_HEADER: arm.identity.header,
        },
      ]
    const resolver = resolvers.get(slot) ?? ''
    return [
      'diagnostics',
      {
        ...own,
        ...redis.environment(`diagnostics-${slot}`),
        DIAGNOSTICS_NETWORK: slot,
        DIAGNOSTICS_DNS_SERVERS: resolver,
        DIAGNOSTICS_RESOLVER: resolver,
        DIAGNOSTICS_PREFIXES: `${addressBase}.0/24`,
      },
    ]
  }

  const running = new Map<string, RunningProcess>()
  const fatal: string[] = []
  let isOver = false
  const start = async (slot: string): Promise<void> => {
    // A process that Redis keeps waiting is started anew, as an orchestrator does.
    while (!isOver) {
      const started = await startProcess(...environmentOf(slot)).catch(() => undefined)
      if (started === undefined) continue
      if (isOver) return await started.close()
      running.set(slot, started)
      return
    }
  }
  const logs = process.env.CHAOS_LOGS
  if (logs !== undefined) mkdirSync(logs, { recursive: true })
  const noteFatal = (slot: string, { output }: RunningProcess): void => {
    if (logs !== undefined) appendFileSync(join(logs, `${slot}.log`), `${output.join('\n')}\n`)
    for (const line of output) if (line.includes('"level":60')) fatal.push(`${slot}: ${line}`)
  }
  opened.defer(async () => {
    isOver = true
    await Promise.all([...running.values()].map((each) => each.close()))
  })
  for (const slot of ['bot-0', 'jobs-0']) await start(slot)
  const others = ['bot-1', 'jobs-1', 'jobs-2', ...names]
  // Two at a time: each start takes a core for half a second.
  const queue = others[Symbol.iterator]()
  const starter = async (): Promise<void> => {
    for (const slot of queue) await start(slot)
  }
  await Promise.all([starter(), starter()])

  const kept = opened.move()
  return {
    world,
    slack,
    teams,
    redis,
    botUrls: [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[1]}`],
    async kill(slot, downMs) {
      const victim = running.get(slot)
      if (victim === undefined) return
      running.delete(slot)
      victim.kill('SIGKILL')
      await victim.ended
      noteFatal(slot, victim)
      await sleep(downMs)
      await start(slot)
    },
    fatalLines() {
      for (const [slot, each] of running) noteFatal(slot, each)
      return [...new Set(fatal)]
    },
    close: async () => await kept.disposeAsync(),
  }
}
