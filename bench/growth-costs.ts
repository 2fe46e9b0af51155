import { setTimeout as sleep } from 'node:timers/promises'
import { networks } from '../sandbox/estate.ts'
import { large, largeEstate } from '../sandbox/large-estate.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import type { TourCard } from '../sandbox/tour/chat.ts'
import { slackChat } from '../sandbox/tour/slack-chat.ts'
import { connect } from '../src/redis/connection.ts'
import { createProducer } from '../src/redis/producer.ts'
import { redisSurvey } from '../src/redis/survey.ts'
import { quick } from '../test/e2e/house.ts'
import { calm } from './calm.ts'
import { cpuMs } from './usage.ts'

export interface Size {
  readonly services: number
  readonly networks: number
  readonly organizations: number
}

/** What one piece of work took. */
export interface Cost {
  readonly azure: number
  readonly clickhouse: number
  readonly commands: number
  readonly cpuMs: number
  readonly tookMs: number
}

export const works = [
  'the background',
  'the form of setup',
  'status',
  'setup',
  'allow',
  'diagnose',
  'diagnose everywhere',
  'requests mine',
] as const
export type Work = (typeof works)[number]

/** The others are answered from Redis. */
const asksClouds: ReadonlySet<Work> = new Set(['the background', 'setup', 'allow', 'diagnose', 'diagnose everywhere'])

const network = networks.prodWestus3.name
const patience = { timeoutMs: 120_000 }

/** Does every piece of work once, one after the other, as people do it in Slack. */
export async function measureEstate(size: Size): Promise<{ readonly costs: ReadonlyMap<Work, Cost>; readonly redisMiB: number }> {
  const share = size.services / large.services
  const estate = largeEstate({
    ...size,
    subscriptions: Math.min(large.subscriptions, size.networks),
    endpoints: Math.ceil(large.endpoints * share),
    zones: Math.ceil(large.zones * share),
    records: Math.ceil(large.records * share),
  })
  const sandbox = await startSandbox({ latencies: quick, estate })
  const redis = connect(sandbox.redisUrl, { patient: true })
  try {
    await knowNames(sandbox, redis)
    giveOwnZone(sandbox)
    const [bot, jobs] = await Promise.all([sandbox.start('bot'), sandbox.start('jobs'), sandbox.start('diagnostics')])
    const commands = async () =>
      [...(await redis.info('commandstats')).matchAll(/:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0)
    const cpu = () => cpuMs(bot.pid) + cpuMs(jobs.pid)
    await surveyed(redis)
    const costs = new Map<Work, Cost>()
    for (const work of works) {
      if (asksClouds.has(work)) await calm(sandbox.world)
      const at = { calls: sandbox.world.calls.length, commands: await commands(), cpu: cpu(), time: performance.now() }
      await doing(work, sandbox, redis)
      const tookMs = performance.now() - at.time
      const calls = sandbox.world.calls.slice(at.calls)
      const of = (vendor: string) => calls.filter((call) => call.vendor === vendor).length
      costs.set(work, {
        azure: of('arm'),
        clickhouse: of('clickhouse'),
        commands: (await commands()) - at.commands,
        cpuMs: cpu() - at.cpu,
        tookMs,
      })
    }
    const memory = /used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]
    return { costs, redisMiB: Number(memory) / 1_024 ** 2 }
  } finally {
    redis.disconnect()
    await sandbox.close()
  }
}

/** As after some hours: the background reads names in the rests of ClickHouse Cloud's budget, 2,000 of them in about an hour. */
async function knowNames({ world }: Sandbox, redis: Redis): Promise<void> {
  const readAt = new Date().toISOString()
  const names = world.services.flatMap(({ id, alias, privateHost: host }) =>
    alias === undefined || host === undefined ? [] : [[id, { alias, host, readAt }] as const],
  )
  await redisSurvey(redis).learn(Object.fromEntries(names))
}

/** The estate's networks share a zone whose record leads to another endpoint: a setup there is blocked. This network has a zone of its own. */
function giveOwnZone({ world }: Sandbox): void {
  const { subscription, resourceGroup, vnet } = networks.prodWestus3
  const group = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network`
  const name = 'westus3.privatelink.azure.clickhouse.cloud'
  const id = `${group}/privateDnsZones/${name}`
  const link = {
    id: `${id}/virtualNetworkLinks/own`,
    name: 'own',
    virtualNetworkId: `${group}/virtualNetworks/${vnet}`,
    registrationEnabled: false,
    tags: {},
    etag: 'e',
    state: 'Completed' as const,
  }
  const links = new Map([['own', link]])
  world.zones.set(id.toLowerCase(), {
    id,
    name,
    tags: {},
    etag: 'e',
    provisioningState: 'Succeeded',
    records: new Map(),
    links,
  })
}

type Redis = ReturnType<typeof connect>

async function surveyed(redis: Redis, since = ''): Promise<void> {
  const survey = redisSurvey(redis)
  for (;;) {
    const seen = await survey.read()
    if (seen?.keys !== undefined && seen.readAt > since) return
    await sleep(1_000)
  }
}

async function doing(work: Work, sandbox: Sandbox, redis: Redis): Promise<void> {
  const chat = slackChat(sandbox)
  const changed = async (words: string): Promise<void> => {
    const before = new Set(chat.cards('approvals').map(({ id }) => id))
    await chat.command('alice', words)
    const card = await chat.until(() => chat.cards('approvals', 'awaiting-approval').find(({ id }) => !before.has(id)), {
      ...patience,
      what: `a plan for ${words}`,
    })
    await chat.click('bob', card, 'Approve')
    await chat.until(() => isDone(chat.cards('approvals').find(({ id }) => id === card.id)), {
      ...patience,
      what: `${words}, done`,
    })
  }
  const diagnosed = async (words: string): Promise<void> => {
    const before = new Set(chat.cards('data').map(({ id }) => id))
    await chat.command('alice', words)
    await chat.until(() => chat.cards('data').find(({ id }) => !before.has(id)), { ...patience, what: words })
  }
  const told = async (words: string): Promise<void> => {
    const before = sandbox.slack.ephemerals.length
    await chat.command('alice', words)
    await chat.until(() => sandbox.slack.ephemerals.length > before, { ...patience, what: `an answer to ${words}` })
  }
  switch (work) {
    case 'the background': {
      const producer = createProducer(redis)
      const since = new Date().toISOString()
      await producer.work({ kind: 'survey', id: 'anew' })
      await surveyed(redis, since)
      await producer.close()
      return
    }
    case 'the form of setup':
      await chat.form('alice', 'setup')
      return
    case 'status':
      return await told('status')
    case 'setup':
      return await changed(`setup analytics-prod in ${network} because "growth"`)
    case 'allow':
      return await changed(`allow billing-prod from ${network} because "growth"`)
    case 'diagnose':
      return await diagnosed(`diagnose analytics-prod from ${network}`)
    case 'diagnose everywhere':
      return await diagnosed('diagnose analytics-prod from everywhere')
    case 'requests mine':
      return await told('requests mine')
  }
}

function isDone(card: TourCard | undefined): boolean {
  if (card === undefined || /\bfailed\b/.test(card.text)) throw new Error(`The request has not ended well: ${card?.text}`)
  return card.text.includes(' done')
}
