import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { pino } from 'pino'
import { stringify } from 'yaml'
import { createAuthority } from '../../../../sandbox/certificates.ts'
import { acme, networks, organizationId, teams as tenant, slack as workspace } from '../../../../sandbox/estate.ts'
import { type RedisServer, startRedis } from '../../../../sandbox/redis.ts'
import type { SlackDriver } from '../../../../sandbox/slack/driver/driver.ts'
import { type SlackSandbox, startSlack } from '../../../../sandbox/slack/start.ts'
import type { Tenant } from '../../../../sandbox/teams/directory.ts'
import type { TeamsDriver } from '../../../../sandbox/teams/driver/driver.ts'
import { startTeams, type TeamsSandbox } from '../../../../sandbox/teams/start.ts'
import type { TeamsMessage } from '../../../../sandbox/teams/store.ts'
import { startBot } from '../../../../src/bot/bot.ts'
import { botConfig } from '../../../../src/config.ts'
import type { Ledger } from '../../../../src/domain/ledger.ts'
import type { Approval } from '../../../../src/domain/request.ts'
import { connect } from '../../../../src/redis/connection.ts'
import { redisLedger } from '../../../../src/redis/ledger.ts'
import { createProducer, type Producer } from '../../../../src/redis/producer.ts'
import { openApproval } from '../../../open-approval.ts'
import { digest, plan } from '../../../sample-requests.ts'
import { anotherSetup } from '../another-setup.ts'

/** The bot with a Redis of its own and a simulated Teams, and Slack where asked for; the test plays the jobs process. */
export interface TeamsWorld {
  readonly teams: TeamsSandbox
  readonly people: TeamsDriver
  readonly slack: SlackSandbox
  readonly slackPeople: SlackDriver
  readonly redis: RedisServer
  readonly ledger: Ledger
  readonly producer: Producer
  readonly url: string
  readonly environment: Readonly<Record<string, string>>
  /** Everything that the bot logged, as text. */
  readonly logged: readonly string[]
  /** Plays the planner: the request waits for Bob or Carol in the approval channels of the chats that are served. Returns Teams' approval card. */
  planned(id: string, changes?: Partial<Approval>): Promise<TeamsMessage>
  /** Asks for a setup in #data as Alice does. Returns the request's id. */
  asked(text?: string, place?: string): Promise<string>
  /** The newest message in the place that shows all these words. */
  card(place: string, ...words: readonly string[]): Promise<TeamsMessage>
  /** What only this person was told: an answer to a click, or a message that they alone see. */
  told(user: string, ...words: readonly string[]): Promise<string>
  restart(): Promise<void>
  /** A second bot beside the first, at another address. */
  second(): Promise<{ readonly url: string; close(): Promise<void> }>
  close(): Promise<void>
}

export interface TeamsWorldOptions {
  readonly both?: boolean
  readonly tenant?: Partial<Tenant>
  readonly people?: readonly object[]
  readonly approvers?: readonly string[]
  /** What the policy says besides. */
  readonly policy?: object
  readonly environment?: (teams: TeamsSandbox) => Readonly<Record<string, string>>
  /** As with Microsoft's Agents Playground: nobody proves who they are. */
  readonly unauthenticated?: boolean
}

const account = (name: keyof typeof tenant.users) => ({ slack: Reflect.get(workspace.users, name), teams: tenant.users[name] })

const configFile = {
  organizations: [{ id: organizationId, name: 'acme' }],
  networks: Object.values(networks),
  people: [
    { name: 'Alice Adams', ...account('alice') },
    { name: 'Bob Builder', ...account('bob') },
    { name: 'Carol Jones', ...account('carol') },
  ],
  channels: [{ name: 'network-approvals', slack: workspace.channels.approvals, teams: tenant.channels.approvals }],
}

export async function startTeamsWorld(options: TeamsWorldOptions = {}): Promise<TeamsWorld> {
  const { both = false, approvers = ['Alice Adams', 'Bob Builder', 'Carol Jones'] } = options
  const redis = await startRedis()
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  const teams = await startTeams(
    { ...tenant, notAddedTo: new Set(), disabled: new Set(), ...options.tenant },
    options.unauthenticated === true ? {} : { authority },
  )
  const slack = await startSlack(acme({ addressBase: '127.10.0' }), { ...workspace })
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-teams-'))
  const config = join(folder, 'config.yaml')
  const policy = {
    networks: ['*'],
    actions: ['setup'],
    approvers,
    expiry: '24h',
    channel: 'network-approvals',
    ...options.policy,
  }
  writeFileSync(config, stringify({ ...configFile, ...(options.people && { people: options.people }), policies: [policy] }))
  const environment = {
    PRIVATELINK_CONFIG: config,
    REDIS_URL: redis.url,
    HOST: '127.0.0.1',
    PORT: '0',
    ...teams.environment,
    ...(both && {
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_SIGNING_SECRET: workspace.signingSecret,
      SLACK_API_URL: slack.url,
    }),
    ...options.environment?.(teams),
  }
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) })
  let bot = await startBot(botConfig(environment), log)
  const { port } = bot
  const url = `http://127.0.0.1:${port}`
  const connection = connect(redis.url, { patient: false })
  connection.on('error', () => undefined)
  const producer = createProducer(connection)
  const ledger = redisLedger(connection)
  const people = teams.driver(url)
  const shows = (message: TeamsMessage, words: readonly string[]) => words.every((word) => teams.render(message).includes(word))
  const isIn = (message: TeamsMessage, place: string) =>
    teams.directory.conversation(message.conversation) === teams.directory.conversation(place)

  const card: TeamsWorld['card'] = async (place, ...words) =>
    await teams.until(
      ({ messages }) =>
        messages.findLast((each) => !each.deleted && each.onlyFor === undefined && isIn(each, place) && shows(each, words)),
      { what: `${words.join(', ')} in ${place}` },
    )
  const told: TeamsWorld['told'] = async (user, ...words) => {
    const objectId = teams.directory.user(user)?.objectId ?? ''
    const own = (message: TeamsMessage) =>
      message.onlyFor === objectId || message.conversation === teams.directory.personal.get(objectId)
    return await teams.until(
      ({ notices, messages }) => {
        const texts = [
          ...notices.filter((each) => each.user === objectId).map(({ text }) => text),
          ...messages.filter((each) => own(each) && each.by === teams.directory.botId).map((each) => teams.render(each)),
        ]
        return texts.findLast((text) => words.every((word) => text.includes(word)))
      },
      { what: `an answer to ${user} with ${words.join(', ')}` },
    )
  }
  return {
    teams,
    people,
    slack,
    slackPeople: slack.driver(`${url}/slack/events`),
    redis,
    ledger,
    producer,
    url,
    environment,
    logged,
    card,
    told,
    async asked(text = anotherSetup(), place = 'data') {
      const before = teams.store.messages.length
      await people.command('alice', place, text)
      const answer = await teams.until(
        ({ messages }) =>
          messages
            .slice(before)
            .filter((each) => each.by === teams.directory.botId)
            .map((each) => teams.render(each))
            .find((shown) => /Planning PL-\d+/.test(shown)),
        { what: `an answer to "${text}"` },
      )
      return /PL-\d+/.exec(answer)?.[0] ?? ''
    },
    async planned(id, changes = {}) {
      const now = new Date()
      await ledger.record(id, { type: 'claim', run: 'planner', at: now.toISOString() })
      const person = (name: string, key: 'bob' | 'carol') => ({ key: `person:${name}`, name, accounts: account(key) })
      const approval = openApproval({
        approvers: [person('Bob Builder', 'bob'), person('Carol Jones', 'carol')],
        places: [
          { surface: 'teams', id: tenant.channels.approvals },
          ...(both ? [{ surface: 'slack', id: workspace.channels.approvals } as const] : []),
        ],
        askedAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + 86_400_000).toISOString(),
        ...changes,
      })
      await ledger.record(id, { type: 'plan-ready', run: 'planner', plan, digest, approval })
      await producer.show({ kind: 'request', id })
      return await card('approvals', `request ${id} · awaiting-approval`)
    },
    async restart() {
      await bot.close()
      bot = await startBot(botConfig({ ...environment, PORT: String(port) }), log)
    },
    async second() {
      const other = await startBot(botConfig(environment), log)
      return { url: `http://127.0.0.1:${other.port}`, close: async () => await other.close() }
    },
    async close() {
      await bot.close()
      await producer.close()
      connection.disconnect()
      await Promise.all([teams.close(), slack.close()])
      await redis.close()
      rmSync(folder, { recursive: true })
    },
  }
}
