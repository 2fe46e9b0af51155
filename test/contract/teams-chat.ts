import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { pino } from 'pino'
import { createAuthority } from '../../sandbox/certificates.ts'
import { teams as estate } from '../../sandbox/estate.ts'
import type { TeamsDriver } from '../../sandbox/teams/driver/driver.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../../sandbox/teams/json.ts'
import { cardIn } from '../../sandbox/teams/render.ts'
import { startTeams, type TeamsSandbox } from '../../sandbox/teams/start.ts'
import type { TeamsDialog, TeamsMessage } from '../../sandbox/teams/store.ts'
import type { Handlers } from '../../src/bot/chat/surface.ts'
import { openTeams } from '../../src/bot/teams/open.ts'
import type { Person } from '../../src/domain/person.ts'
import { startHttpServer } from '../../src/http/server.ts'
import type { Connection } from '../../src/redis/connection.ts'
import type { ChatHarness, ReceivedFile, ShownForm } from './chat-harness.ts'

const tenant = {
  ...estate,
  users: { ...estate.users, dave: 'a11ce000-0000-4000-8000-0000000000d4' },
  channels: { ...estate.channels, elsewhere: '19:e15e0000000000000000000000000009@thread.tacv2' },
  notAddedTo: new Set(['elsewhere']),
  disabled: new Set(['dave']),
}

function listed(name: string, account: string): Person {
  return { key: `person:${name}`, name, accounts: { teams: account } }
}

/** The sandbox's Teams, and the bot's surface for it behind the bot's HTTP server. Empties the Redis, so that no rate of an earlier test counts. */
export async function openTeamsChat(redis: Connection, handlers: Handlers): Promise<ChatHarness> {
  await redis.flushall()
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  const teams = await startTeams(tenant, { authority })
  const person = listed('Alice Adams', tenant.users.alice)
  const otherPerson = listed('Carol Jones', tenant.users.carol)
  const [groupId = ''] = Object.keys(tenant.groups)
  const { appId, appPassword, tenantId } = tenant
  const { surface, routes } = openTeams(
    { appId, appPassword, tenantId, isAuthenticated: true, ...addressesOf(teams) },
    {
      redis,
      people: [person, otherPerson],
      places: [],
      readAhead: () => undefined,
      metrics: { refused: () => undefined, declined: () => undefined, acknowledged: () => undefined },
      log: pino({ level: process.env.BOT_LOG ?? 'silent' }),
    },
  )
  await surface.listen(handlers)
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, routes)
  const driver = teams.driver(`http://127.0.0.1:${server.port}`)
  const place = { surface: 'teams', id: tenant.channels.approvals } as const
  const messageOf = (id: string): TeamsMessage => {
    const at = id.lastIndexOf('|')
    const message = teams.store.messages.find((each) => each.conversation === id.slice(0, at) && each.id === id.slice(at + 1))
    if (message === undefined) throw new Error(`Teams knows no message ${id}`)
    return message
  }
  return {
    surface,
    place,
    unreachablePlace: { surface: 'teams', id: tenant.channels.elsewhere },
    person,
    otherPerson,
    formerPerson: listed('Dave Dunn', tenant.users.dave),
    group: { surface: 'teams', id: groupId },
    shown(id) {
      const message = messageOf(id)
      return message.deleted ? undefined : teams.render(message)
    },
    pings: (id) => mentionsIn(messageOf(id)),
    links: (id) => linksIn(cardIn(messageOf(id).activity)),
    screen: (who) => screenOf(teams, accountOf(who)),
    async command(who, text) {
      await driver.command(accountOf(who), 'approvals', text)
    },
    async click(who, id, label) {
      await driver.click(accountOf(who), messageOf(id), label)
    },
    async openForm(who, text) {
      const user = accountOf(who)
      const before = teams.store.messages.length
      await driver.command(user, 'approvals', text)
      const opener = await teams.until(({ messages }) =>
        messages.slice(before).find((each) => each.onlyFor === user && labelsIn(each).length > 0),
      )
      const [label = ''] = labelsIn(opener)
      await driver.openDialog(user, opener, label)
      return shownForm(teams, driver, user)
    },
    async receivedFiles(who) {
      const user = accountOf(who)
      const conversation = teams.directory.personal.get(user)
      const offers = teams.store.messages.filter((each) => each.conversation === conversation && isOffer(each.activity))
      for (const offer of offers) await driver.acceptFile(user, offer)
      return teams.store.files
        .map(({ name, content }): ReceivedFile => ({ name, content: content ?? Buffer.of() }))
        .slice(-offers.length || Infinity)
    },
    deleteMessage(id) {
      messageOf(id).deleted = true
    },
    throttleOnce(seconds) {
      teams.fail({ status: 429, code: 'TooManyRequests', headers: { 'retry-after': String(seconds) } })
    },
    async close() {
      await surface.close()
      await server.close()
      await teams.close()
    },
  }
}

function addressesOf({ serviceUrl, openIdUrl, graphUrl, authorityHost }: TeamsSandbox) {
  return { serviceUrl, openIdUrl, graphUrl, authorityHost }
}

function accountOf({ name, accounts }: Person): string {
  if (accounts.teams === undefined) throw new Error(`${name} has no account in Teams`)
  return accounts.teams
}

function isOffer(activity: JsonObject): boolean {
  return objectsOf(activity, 'attachments').some(
    ({ contentType }) => contentType === 'application/vnd.microsoft.teams.card.file.consent',
  )
}

/** The titles of the buttons of a message. */
function labelsIn({ activity }: TeamsMessage): readonly string[] {
  return objectsOf(cardIn(activity), 'body').flatMap((element) =>
    objectsOf(element, 'actions').map((action) => stringOf(action, 'title') ?? ''),
  )
}

function screenOf(teams: TeamsSandbox, user: string): readonly string[] {
  const { store, directory } = teams
  const isForOther = ({ conversation, onlyFor }: TeamsMessage) =>
    (onlyFor !== undefined && onlyFor !== user) ||
    (directory.kindOf(conversation) === 'personal' && directory.personal.get(user) !== conversation)
  return [
    ...store.messages.filter((each) => !each.deleted && !isForOther(each)).map((each) => shownTo(teams, each, user)),
    ...store.notices.filter((each) => each.user === user).map(({ text }) => text),
    ...store.dialogs.filter((each) => each.user === user && each.open).map((each) => teams.render(each)),
  ]
}

/** A file that is offered shows its name and what is said of it. */
function shownTo(teams: TeamsSandbox, message: TeamsMessage, user: string): string {
  if (!isOffer(message.activity)) return teams.render(message, user)
  return objectsOf(message.activity, 'attachments')
    .map((each) => `${stringOf(each, 'name')}: ${stringOf(objectOf(each, 'content'), 'description')}`)
    .join('\n')
}

/** An `<at>` that is not escaped pings whoever an entity of the same text names. */
function mentionsIn({ activity }: TeamsMessage): readonly string[] {
  const card = cardIn(activity)
  const text = JSON.stringify(card?.body)
  return objectsOf(objectOf(card, 'msteams'), 'entities')
    .filter((entity) => text.includes(JSON.stringify(entity.text).slice(1, -1)))
    .map((entity) => stringOf(objectOf(entity, 'mentioned'), 'id') ?? '')
}

/** Markdown links, pictures and addresses that Teams would make clickable, and actions that open one. */
function linksIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(linksIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'url' && typeof inner === 'string') return [inner]
    if (name === 'text' && typeof inner === 'string')
      return [...inner.matchAll(/(?<!\\)\]\(([^)]+)\)|(?<![\\\w])<(https?:[^>]+)>/g)].map(([, link, bare]) => link ?? bare ?? '')
    return linksIn(inner)
  })
}

function shownForm(teams: TeamsSandbox, driver: TeamsDriver, user: string): ShownForm {
  const dialog = (): TeamsDialog => {
    const open = teams.dialogOf(user)
    if (open === undefined) throw new Error('No dialog is open.')
    return open
  }
  const inputs = () => objectsOf(dialog().card, 'body').filter(({ type }) => String(type).startsWith('Input.'))
  const labelled = (label: string) => inputs().find((input) => input.label === label)
  const pressed = (does: string) => {
    const action = objectsOf(dialog().card, 'actions').find((each) => objectOf(each, 'data')?.does === does)
    return stringOf(action, 'title')
  }
  /** What was filled in, by label. Teams keeps it on the screen until the dialog is shown anew. */
  let entered: Record<string, string> = {}
  return {
    text: () => teams.render(dialog()),
    choices: (label) => objectsOf(labelled(label), 'choices').map((choice) => stringOf(choice, 'title') ?? ''),
    async choose(label, choice) {
      entered[label] = choice
      const refill = pressed('refill')
      if (refill === undefined) return
      await driver.submit(user, entered, refill)
      entered = {}
    },
    async submit(values) {
      const send = pressed('submit')
      if (send === undefined) throw new Error('The dialog cannot be sent.')
      await driver.submit(user, { ...entered, ...values }, send)
      entered = {}
      return teams.dialogOf(user) === undefined ? {} : problemsIn(dialog().card)
    },
  }
}

/** Warnings by the label of the field that follows; those above all fields by their place. */
function problemsIn(card: JsonObject): Readonly<Record<string, string>> {
  const body = objectsOf(card, 'body')
  return Object.fromEntries(
    body.flatMap((element, index) =>
      element.color === 'Attention'
        ? [[stringOf(body[index + 1], 'label') ?? String(index), unescaped(stringOf(element, 'text') ?? '')] as const]
        : [],
    ),
  )
}

function unescaped(markdown: string): string {
  return markdown.replace(/\\([\\`*_{}[\]<>&~|#+.!()-])/g, '$1')
}
