import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { stringify } from 'yaml'
import { acme, networks, organizationId, slack as workspace } from '../../../sandbox/estate.ts'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import type { SlackDriver } from '../../../sandbox/slack/driver/driver.ts'
import { type SlackOptions, type SlackSandbox, startSlack } from '../../../sandbox/slack/start.ts'
import type { World } from '../../../sandbox/world.ts'
import { startBot } from '../../../src/bot/bot.ts'
import { botConfig } from '../../../src/config.ts'
import type { Ledger } from '../../../src/domain/ledger.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { createProducer, type Producer } from '../../../src/redis/producer.ts'

/** The bot with a Redis of its own and a simulated Slack; the test plays the jobs process. */
export interface BotWorld {
  readonly slack: SlackSandbox
  readonly driver: SlackDriver
  readonly world: World
  readonly redis: RedisServer
  readonly connection: Connection
  readonly ledger: Ledger
  readonly producer: Producer
  readonly environment: Readonly<Record<string, string>>
  readonly url: string
  /** Another bot takes over, at the same address. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface BotWorldOptions {
  readonly slack?: Partial<SlackOptions>
  readonly networks?: readonly object[]
  readonly people?: readonly object[]
  readonly policies?: readonly object[]
  /** Of the world, from before the bot starts. */
  readonly gate?: World['gate']
  /** In place of a new one. */
  readonly redis?: RedisServer
}

const configFile = {
  organizations: [{ id: organizationId, name: 'acme' }],
  networks: Object.values(networks),
  people: [
    { name: 'Alice Adams', slack: workspace.users.alice },
    { name: 'Bob Builder', slack: workspace.users.bob },
    { name: 'Carol Jones', slack: workspace.users.carol },
  ],
  policies: [
    {
      networks: ['*'],
      actions: ['setup'],
      approvers: ['Alice Adams', 'Bob Builder', 'Carol Jones'],
      expiry: '24h',
      channel: 'network-approvals',
    },
  ],
  channels: [{ name: 'network-approvals', slack: workspace.channels.approvals }],
}

/** Plenty: what is tested here is not Slack's patience. */
const generous = { burst: 1_000, perSecond: 1_000 }

export async function startBotWorld(options: BotWorldOptions = {}): Promise<BotWorld> {
  const redis = options.redis ?? (await startRedis())
  const world = acme({ addressBase: '127.10.0' })
  if (options.gate !== undefined) world.gate = options.gate
  const rates = { 'chat.postMessage': generous, 'chat.update': generous, 'chat.postEphemeral': generous }
  const slack = await startSlack(world, { ...workspace, rates, ...options.slack })
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-bot-'))
  const config = join(folder, 'config.yaml')
  writeFileSync(
    config,
    stringify({
      ...configFile,
      networks: options.networks ?? configFile.networks,
      people: options.people ?? configFile.people,
      policies: options.policies ?? configFile.policies,
    }),
  )
  const environment = {
    PRIVATELINK_CONFIG: config,
    REDIS_URL: redis.url,
    HOST: '127.0.0.1',
    PORT: '0',
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: workspace.signingSecret,
    SLACK_API_URL: slack.url,
    ...(options.slack?.appToken !== undefined && { SLACK_APP_TOKEN: options.slack.appToken }),
  }
  const log = pino({ level: process.env.BOT_LOG ?? 'silent' })
  let bot = await startBot(botConfig(environment), log)
  const { port } = bot
  const connection = connect(redis.url, { patient: false })
  connection.on('error', () => undefined)
  const producer = createProducer(connection)
  const url = `http://127.0.0.1:${port}`
  return {
    slack,
    world,
    redis,
    connection,
    producer,
    environment,
    url,
    driver: slack.driver(options.slack?.appToken === undefined ? `${url}/slack/events` : undefined),
    ledger: redisLedger(connection),
    async restart() {
      await bot.close()
      bot = await startBot(botConfig({ ...environment, PORT: String(port) }), log)
    },
    async close() {
      await bot.close()
      await producer.close()
      connection.disconnect()
      await slack.close()
      await redis.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Everything that the sandbox shows of a message, as one text. */
export function textOf({ text, blocks }: { readonly text: string; readonly blocks: readonly unknown[] }): string {
  return `${text}\n${JSON.stringify(blocks)}`
}
