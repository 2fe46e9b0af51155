import { pino } from 'pino'
import { acme, slack as estate } from '../../sandbox/estate.ts'
import type { SlackDriver } from '../../sandbox/slack/driver/driver.ts'
import { enter } from '../../sandbox/slack/driver/fill.ts'
import { inputsOf, offered } from '../../sandbox/slack/inputs.ts'
import { isObject, textIn } from '../../sandbox/slack/json.ts'
import { tokens } from '../../sandbox/slack/mrkdwn.ts'
import { type SlackSandbox, startSlack } from '../../sandbox/slack/start.ts'
import type { SlackMessage, SlackView } from '../../sandbox/slack/store.ts'
import type { Handlers } from '../../src/bot/chat/surface.ts'
import { openSlack } from '../../src/bot/slack/open.ts'
import type { Person } from '../../src/domain/person.ts'
import { startHttpServer } from '../../src/http/server.ts'
import type { Connection } from '../../src/redis/connection.ts'
import type { ChatHarness, ShownForm } from './chat-harness.ts'

/** So that no line is broken. */
const wide = 100_000

const workspace = {
  ...estate,
  users: { ...estate.users, dave: 'U04DAVE' },
  channels: { ...estate.channels, elsewhere: 'C099OUT' },
  notMemberOf: ['elsewhere'],
  deactivated: new Set(['dave']),
}

function listed(name: string, account: string): Person {
  return { key: `person:${name}`, name, accounts: { slack: account } }
}

/** The sandbox's Slack, and the bot's surface for it behind the bot's HTTP server. Empties the Redis, so that no rate of an earlier test counts. */
export async function openSlackChat(redis: Connection, handlers: Handlers): Promise<ChatHarness> {
  await redis.flushall()
  const world = acme({ addressBase: '127.10.0' })
  const slack = await startSlack(world, workspace)
  const person = listed('Alice Adams', workspace.users.alice)
  const otherPerson = listed('Carol Jones', workspace.users.carol)
  const { surface, routes } = openSlack(
    { botToken: workspace.botToken, signingSecret: workspace.signingSecret, apiUrl: slack.url },
    {
      redis,
      people: [person, otherPerson],
      metrics: { refused: () => undefined, declined: () => undefined, acknowledged: () => undefined },
      log: pino({ level: process.env.BOT_LOG ?? 'silent' }),
    },
  )
  await surface.listen(handlers)
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, routes)
  const driver = slack.driver(`http://127.0.0.1:${server.port}/slack/events`)
  const messageOf = (id: string): SlackMessage => {
    const [channel, ts] = id.split('/')
    const message = slack.messages.find((each) => each.channel === channel && each.ts === ts)
    if (message === undefined) throw new Error(`Slack knows no message ${id}`)
    return message
  }
  return {
    surface,
    place: { surface: 'slack', id: workspace.channels.approvals },
    unreachablePlace: { surface: 'slack', id: workspace.channels.elsewhere },
    person,
    otherPerson,
    formerPerson: listed('Dave Dunn', workspace.users.dave),
    group: { surface: 'slack', id: 'S0NETSEC' },
    shown(id) {
      const message = messageOf(id)
      return message.deleted ? undefined : slack.render(message, wide)
    },
    pings: (id) => messageOf(id).pings,
    links: (id) => linksIn(messageOf(id)),
    screen: (who) => screenOf(slack, accountOf(who)),
    async command(who, text) {
      await driver.command(accountOf(who), text, { channel: 'approvals' })
    },
    async click(who, id, label) {
      await driver.click(accountOf(who), messageOf(id), label)
    },
    async openForm(who, text) {
      await driver.command(accountOf(who), text, { channel: 'approvals' })
      const user = accountOf(who)
      const view = await slack.until(({ views }) => views.find((each) => each.user === user && each.open))
      return shownForm(slack, driver, user, view)
    },
    async openHome(who) {
      await driver.openHome(accountOf(who))
    },
    async receivedFiles(who) {
      const channel = slack.directory.directMessage(accountOf(who))?.id
      return slack.files
        .filter((file) => file.channel === channel)
        .map(({ name, content }) => ({ name, content: content ?? Buffer.of() }))
    },
    deleteMessage(id) {
      messageOf(id).deleted = true
    },
    throttleOnce(seconds) {
      const before = world.gate
      world.gate = async (_call, phase) => {
        if (phase !== 'arrived') return undefined
        world.gate = before
        return { status: 429, headers: { 'retry-after': String(seconds) }, body: { ok: false, error: 'ratelimited' } }
      }
    },
    async close() {
      await surface.close()
      await server.close()
      await slack.close()
    },
  }
}

function accountOf({ name, accounts }: Person): string {
  if (accounts.slack === undefined) throw new Error(`${name} has no account in Slack`)
  return accounts.slack
}

function screenOf(slack: SlackSandbox, user: string): readonly string[] {
  const { messages, ephemerals, views, homes, directory } = slack
  const isForOther = (channel: string) => ![undefined, user].includes(directory.channel(channel)?.person)
  return [
    ...messages.filter(({ channel, deleted }) => !deleted && !isForOther(channel)),
    ...ephemerals.filter((each) => each.user === user && !each.deleted),
    ...views.filter((each) => each.user === user && each.open),
    ...homes.filter((each) => each.user === user),
  ].map((each) => slack.render(each, wide))
}

/** Links by markup; and where Slack looks for them by itself, everything that looks like one. */
function linksIn({ blocks, text }: SlackMessage): readonly string[] {
  return [...(blocks.length === 0 ? [{ text, verbatim: false }] : []), ...formatted(blocks)].flatMap((each) => [
    ...tokens(each.text).flatMap((token) => (token.kind === 'link' ? [token.url] : [])),
    ...(each.verbatim ? [] : (each.text.match(/https?:\/\/[^\s|>]+/g) ?? [])),
  ])
}

function formatted(value: unknown): readonly { readonly text: string; readonly verbatim: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(formatted)
  if (!isObject(value)) return []
  if (value.type === 'mrkdwn') return [{ text: String(value.text), verbatim: value.verbatim === true }]
  return Object.values(value).flatMap(formatted)
}

function shownForm(slack: SlackSandbox, driver: SlackDriver, user: string, view: SlackView): ShownForm {
  const inputs = () => inputsOf(view.content.blocks)
  const labelled = (label: string) => inputs().find(({ block }) => textIn(block, 'label') === label)
  return {
    text: () => slack.render(view, wide),
    choices: (label) => offered(labelled(label)?.element ?? {}).map((option) => textIn(option, 'text') ?? ''),
    search: async (label, typed) =>
      (await driver.suggest(user, view, label, typed)).map((option) => textIn(option, 'text') ?? ''),
    async choose(label, choice) {
      const input = labelled(label)
      if (input === undefined) throw new Error(`the form has no "${label}"`)
      if (input.block.dispatch_action !== true) return enter(view, input, choice, slack.directory)
      const before = view.hash
      await driver.choose(user, view, label, choice)
      await slack.until(() => view.hash !== before)
    },
    async submit(values) {
      const { errors } = await driver.submit(user, view, values)
      const labelOf = (id: string) => inputs().find(({ blockId }) => blockId === id)?.block
      return Object.fromEntries(Object.entries(errors).map(([id, problem]) => [textIn(labelOf(id), 'label') ?? id, problem]))
    },
  }
}
