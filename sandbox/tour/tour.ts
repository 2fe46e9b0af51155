import { networks } from '../estate.ts'
import type { Sandbox } from '../sandbox.ts'
import type { SlackDriver } from '../slack/driver/driver.ts'
import type { Ephemeral, SlackMessage } from '../slack/store.ts'
import type { Call, ClickHouseService, PrivateEndpoint, RecordSet } from '../world.ts'
import { criticalPathMs } from './critical-path.ts'
import type { Transcript } from './transcript.ts'

const service = 'analytics-prod'
const network = networks.prodWestus3.name
/** A slash command must be acknowledged within this time, in milliseconds, also while a setup runs. */
const acknowledgeWithinMs = 500
/** Ten in ten seconds are allowed for everything that uses the key: a first setup must never have to wait for that. */
const mostCalls = 9

/** Plays the main story over the real protocols. Throws at the first part of it that was not observed. */
export async function tour(sandbox: Sandbox, out: Transcript): Promise<void> {
  const people = sandbox.slack.driver(`${sandbox.botUrl}/slack/events`)
  const stage: Stage = { sandbox, people, out }
  await form(stage)
  const done = await firstSetup(stage)
  await healthy(stage)
  await brokenAllowList(stage, done)
  await staleRecord(stage, done)
  await secondSetup(stage)
}

interface Stage {
  readonly sandbox: Sandbox
  readonly people: SlackDriver
  readonly out: Transcript
}

interface Done {
  readonly service: ClickHouseService
  readonly endpoint: PrivateEndpoint
  readonly wildcard: RecordSet
}

async function form({ sandbox: { slack }, people, out }: Stage): Promise<void> {
  out.chapter('A form asks for what is missing')
  out.act('alice', '/privatelink setup')
  await people.command('alice', 'setup')
  const view = await slack.until(({ views }) => views.find(({ open }) => open), { what: 'the form' })
  out.see('alice sees a form', slack.render(view))
  out.check('it offers the services of the inventory and the networks', shows(JSON.stringify(view.content), service, network))
  await people.closeModal('alice', view)
  out.act('alice', 'closes it')
}

async function firstSetup(stage: Stage): Promise<Done> {
  const { sandbox, people, out } = stage
  const { slack, world } = sandbox
  out.chapter('Set up, with one approval')
  const words = `setup ${service} in ${network} because "BI moves into the VNet"`
  out.act('alice', `/privatelink ${words}`)
  const before = world.calls.length
  const asked = await people.command('alice', words)
  out.check(`acknowledged in ${asked.elapsedMs} ms`, asked.status === 200 && asked.elapsedMs < acknowledgeWithinMs)

  const card = await cardIn(stage, 'approvals', 'awaiting-approval')
  const id = /request (PL-\d+)/.exec(slack.render(card))?.[1] ?? ''
  out.see('#approvals', slack.render(card))
  out.check('the plan shows what comes to light only later', shows(slack.render(card), '(known after apply)'))
  out.check('nothing was changed yet', world.endpoints.size === 0 && world.zones.size === 0)

  out.act('bob', 'looks at the details')
  await people.click('bob', card, 'Details')
  out.see('only bob sees', slack.render(await whispered(stage, 'bob', 'alias')))

  out.act('alice', 'clicks Approve')
  await people.click('alice', card, 'Approve')
  const refusal = await whispered(stage, 'alice', 'someone else has to approve')
  out.see('only alice sees', slack.render(refusal))

  out.act('bob', 'clicks Approve')
  const approvedAt = performance.now()
  await people.click('bob', card, 'Approve')
  await cardIn(stage, 'approvals', id, 'applying')
  out.act('alice', 'asks for help while it runs')
  const answers = [
    await people.command('alice', 'help'),
    await people.command('carol', 'help setup'),
    await people.command('alice', 'help'),
  ]
  const slowest = Math.max(...answers.map(({ elapsedMs }) => elapsedMs))
  out.check(`commands are acknowledged in at most ${slowest} ms while it runs`, slowest < acknowledgeWithinMs)

  const final = await cardIn(stage, 'approvals', id, ' done', 'Connect')
  const tookMs = performance.now() - approvedAt
  const running = final.history.findLast(({ blocks }) => shows(JSON.stringify(blocks), 'applying', '✔'))
  if (running !== undefined)
    out.see('#approvals, while it ran', slack.render({ ...final, blocks: running.blocks, text: running.text }))
  out.see('#approvals, at the end', slack.render(final))
  out.check(
    `one message, updated in place ${final.history.length - 1} times`,
    cardsIn(stage, 'approvals', id).length === 1 && final.history.length > 3,
  )
  const told = await cardIn(stage, 'data', id, ' done')
  out.check('alice is told in the channel where she asked', told.ts !== final.ts)
  const done = madeIn(stage)
  const { privateHost = '?' } = done.service
  const connect = [`https://${privateHost}:8443`, `--host ${privateHost} --port 9440`, done.endpoint.address]
  out.check('the host name to use, both ways to connect, and the address are shown', shows(slack.render(final), ...connect))
  out.check('so are the verdict and the total time', shows(slack.render(final), 'Verified from', 'Ok.', 'Done in'))
  out.check('one endpoint, one zone, one link, one wildcard record, one organization entry, one allow-list entry', isWhole(stage))
  const least = criticalPathMs(world.latencies)
  const calls = callsFor(stage, before)
  out.check(`calls of ClickHouse Cloud from command to done: ${calls}, of at most ${mostCalls}`, calls <= mostCalls)
  out.note(
    `From Approve to done: ${(tookMs / 1000).toFixed(2)} s. The simulated clouds need at least ${(least / 1000).toFixed(2)} s: ${(tookMs / least).toFixed(2)}×.`,
  )
  return done
}

/** Without those that fill the inventory, which go on in the background whatever anybody asks for. */
function callsFor({ sandbox: { world } }: Stage, before: number): number {
  const { id } = world.services.find(({ name }) => name === service) ?? {}
  const path = new RegExp(`/organizations/[^/]+(/services/${id}(/.*)?)?$`)
  return world.calls.slice(before).filter((call) => call.vendor === 'clickhouse' && path.test(call.path)).length
}

async function healthy(stage: Stage): Promise<void> {
  stage.out.chapter('Diagnose')
  await diagnosed(stage, 'healthy')
}

async function brokenAllowList(stage: Stage, { service: target }: Done): Promise<void> {
  stage.out.chapter('Somebody removes the endpoint from the allow list')
  target.privateEndpointIds = []
  stage.sandbox.world.changed()
  const text = await diagnosed(stage, 'allow-list-missing')
  stage.out.check('the remedy is one of our commands', shows(text, `allow ${service} from ${network}`))
}

async function staleRecord(stage: Stage, { wildcard, endpoint, service: target }: Done): Promise<void> {
  stage.out.chapter('Somebody points the wildcard record elsewhere, too')
  wildcard.addresses = [`${stage.sandbox.world.addressBase}.200`]
  stage.sandbox.world.changed()
  await diagnosed(stage, 'dns-record-stale')
  wildcard.addresses = [endpoint.address]
  target.privateEndpointIds = [endpoint.resourceGuid]
  stage.sandbox.world.changed()
  stage.out.act('—', 'both are put back')
}

async function secondSetup(stage: Stage): Promise<void> {
  const { people, out, sandbox } = stage
  out.chapter('Set up once more')
  const before = sandbox.slack.messages.length
  const calls = sandbox.world.calls.length
  out.act('alice', `/privatelink setup ${service} in ${network}`)
  await people.command('alice', `setup ${service} in ${network}`)
  const card = await cardIn(stage, 'data', 'nothing-to-do')
  out.see('#data', sandbox.slack.render(card))
  const inApprovals = sandbox.slack.messages.slice(before).filter(({ channel }) => channel === channelId(stage, 'approvals'))
  out.check('nobody was asked for approval', inApprovals.length === 0)
  const writes = sandbox.world.calls.slice(calls).filter(isWrite)
  out.check('nothing was written', writes.length === 0)
  out.check('nothing exists twice', isWhole(stage))
}

/** The question whether an alias is visible is a POST, too. */
function isWrite({ vendor, method, path }: Call): boolean {
  return (vendor === 'arm' || vendor === 'clickhouse') && method !== 'GET' && !path.includes('checkPrivateLinkServiceVisibility')
}

async function diagnosed(stage: Stage, code: string): Promise<string> {
  const { people, out, sandbox } = stage
  const before = sandbox.slack.messages.length
  const startedAt = performance.now()
  out.act('alice', `/privatelink diagnose ${service} from ${network}`)
  await people.command('alice', `diagnose ${service} from ${network}`)
  const message = await sandbox.slack.until(
    ({ messages }) => messages.slice(before).find((candidate) => shows(sandbox.slack.render(candidate), code)),
    { timeoutMs: 30_000, what: `the verdict ${code}` },
  )
  const text = sandbox.slack.render(message)
  out.see('#data', text)
  out.check(`the verdict is ${code}, after ${((performance.now() - startedAt) / 1_000).toFixed(2)} s`, shows(text, code))
  return text
}

function madeIn({ sandbox: { world } }: Stage): Done {
  const target = world.services.find(({ name }) => name === service)
  const [endpoint] = world.endpoints.values()
  const [zone] = world.zones.values()
  const wildcard = zone?.records.get('a/*')
  if (target === undefined || endpoint === undefined || wildcard === undefined)
    throw new Error('Not observed: a whole setup in the clouds')
  return { service: target, endpoint, wildcard }
}

function isWhole({ sandbox: { world } }: Stage): boolean {
  const [zone] = world.zones.values()
  const [organization] = world.organizations
  const target = world.services.find(({ name }) => name === service)
  const addressRecords = [...(zone?.records.values() ?? [])].filter(({ type }) => type.toLowerCase() === 'a')
  return (
    world.endpoints.size === 1 &&
    world.zones.size === 1 &&
    zone?.links.size === 1 &&
    addressRecords.length === 1 &&
    organization?.privateEndpoints.length === 1 &&
    target?.privateEndpointIds.length === 1
  )
}

/** The newest message in the channel that shows all these words. */
async function cardIn(stage: Stage, channel: string, ...words: string[]): Promise<SlackMessage> {
  const { slack } = stage.sandbox
  return await slack.until(() => cardsIn(stage, channel, ...words).at(-1), {
    timeoutMs: 60_000,
    what: `a message with ${words.join(', ')} in #${channel}`,
  })
}

function cardsIn(stage: Stage, channel: string, ...words: string[]): readonly SlackMessage[] {
  const { slack } = stage.sandbox
  return slack.messages.filter(
    (message) => message.channel === channelId(stage, channel) && !message.deleted && shows(slack.render(message), ...words),
  )
}

async function whispered({ sandbox: { slack } }: Stage, person: string, ...words: string[]): Promise<Ephemeral> {
  const user = slack.directory.user(person)?.id
  return await slack.until(
    ({ ephemerals }) => ephemerals.findLast((each) => each.user === user && shows(slack.render(each), ...words)),
    {
      what: `an answer to ${person} with ${words.join(', ')}`,
    },
  )
}

function channelId({ sandbox: { slack } }: Stage, name: string): string {
  return slack.directory.workspace.channels[name] ?? name
}

/** Line breaks of the rendering do not count. */
function shows(text: string, ...words: readonly string[]): boolean {
  const flat = text.replace(/\s+/g, ' ')
  return words.every((word) => flat.includes(word))
}
