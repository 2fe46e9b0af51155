import { setTimeout as sleep } from 'node:timers/promises'
import { networks } from '../estate.ts'
import type { Sandbox } from '../sandbox.ts'
import type { Call, ClickHouseService, PrivateEndpoint, RecordSet } from '../world.ts'
import { shows, type TourCard, type TourChat } from './chat.ts'
import { criticalPathMs } from './critical-path.ts'
import type { Transcript } from './transcript.ts'

const service = 'analytics-prod'
const network = networks.prodWestus3.name
/** A slash command must be acknowledged within this time, in milliseconds, also while a setup runs. */
const acknowledgeWithinMs = 500
/** Ten in ten seconds are allowed for everything that uses the key: a first setup must never have to wait for that. */
const mostCalls = 7

/** Plays the main story in a chat, over the real protocols. Throws at the first part of it that was not observed. */
export async function tour(sandbox: Sandbox, chat: TourChat, out: Transcript): Promise<void> {
  const stage: Stage = { sandbox, chat, out }
  await form(stage)
  const done = await firstSetup(stage)
  await healthy(stage)
  await brokenAllowList(stage, done)
  await staleRecord(stage, done)
  await secondSetup(stage)
}

interface Stage {
  readonly sandbox: Sandbox
  readonly chat: TourChat
  readonly out: Transcript
}

interface Done {
  readonly service: ClickHouseService
  readonly endpoint: PrivateEndpoint
  readonly wildcard: RecordSet
}

async function form({ chat, out }: Stage): Promise<void> {
  out.chapter('A form asks for what is missing')
  out.act('alice', chat.typed('setup'))
  const { text, content } = await chat.form('alice', 'setup')
  out.see('alice sees a form', text)
  out.check('it offers the services of the inventory and the networks', shows(content, service, network))
  out.act('alice', 'closes it')
}

async function firstSetup(stage: Stage): Promise<Done> {
  const { sandbox, chat, out } = stage
  const { world } = sandbox
  out.chapter('Set up, with one approval')
  const words = `setup ${service} in ${network} because "BI moves into the VNet"`
  out.act('alice', chat.typed(words))
  const before = world.calls.length
  const asked = await chat.command('alice', words)
  out.check(`acknowledged in ${asked.elapsedMs} ms`, asked.isAcknowledged && asked.elapsedMs < acknowledgeWithinMs)

  const card = await cardIn(stage, 'approvals', 'awaiting-approval')
  const id = /request (PL-\d+)/.exec(card.text)?.[1] ?? ''
  out.see(chat.called('approvals'), card.text)
  out.check('the plan shows what comes to light only later', shows(card.text, '(known after apply)'))
  out.check('nothing was changed yet', world.endpoints.size === 0 && world.zones.size === 0)

  out.act('bob', 'looks at the details')
  out.see('only bob sees', await chat.details('bob', card))

  out.act('alice', 'clicks Approve')
  await chat.click('alice', card, 'Approve')
  out.see('only alice sees', await chat.told('alice', 'someone else has to approve'))

  out.act('bob', 'clicks Approve')
  const approvedAt = performance.now()
  await chat.click('bob', card, 'Approve')
  await cardIn(stage, 'approvals', id, 'applying')
  out.act('alice', 'asks for help while it runs')
  const answers = [
    await chat.command('alice', 'help'),
    await chat.command('carol', 'help setup'),
    await chat.command('alice', 'help'),
  ]
  const slowest = Math.max(...answers.map(({ elapsedMs }) => elapsedMs))
  out.check(`commands are acknowledged in at most ${slowest} ms while it runs`, slowest < acknowledgeWithinMs)

  const final = await cardIn(stage, 'approvals', id, ' done', 'Connect')
  const tookMs = performance.now() - approvedAt
  const running = final.versions.findLast((text) => shows(text, 'applying', '✔'))
  if (running !== undefined) out.see(`${chat.called('approvals')}, while it ran`, running)
  out.see(`${chat.called('approvals')}, at the end`, final.text)
  out.check(
    `one message, updated in place ${final.versions.length - 1} times`,
    chat.cards('approvals', id).length === 1 && final.versions.length > 3,
  )
  const told = await cardIn(stage, 'data', id, ' done')
  out.check('alice is told in the channel where she asked', told.id !== final.id)
  const done = madeIn(stage)
  const { privateHost = '?' } = done.service
  const connect = [`https://${privateHost}:8443`, `--host ${privateHost} --port 9440`, done.endpoint.address]
  out.check('the host name to use, both ways to connect, and the address are shown', shows(final.text, ...connect))
  out.check('so are the verdict and the total time', shows(final.text, 'Verified from', 'Ok.', 'Done in'))
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
  const { chat, out, sandbox } = stage
  out.chapter('Set up once more')
  const before = chat.cards('approvals').length
  const calls = sandbox.world.calls.length
  out.act('alice', chat.typed(`setup ${service} in ${network}`))
  await chat.command('alice', `setup ${service} in ${network}`)
  const card = await cardIn(stage, 'data', 'nothing-to-do')
  out.see(chat.called('data'), card.text)
  out.check('nobody was asked for approval', chat.cards('approvals').length === before)
  const writes = sandbox.world.calls.slice(calls).filter(isWrite)
  out.check('nothing was written', writes.length === 0)
  out.check('nothing exists twice', isWhole(stage))
}

/** The question whether an alias is visible is a POST, too. */
function isWrite({ vendor, method, path }: Call): boolean {
  return (vendor === 'arm' || vendor === 'clickhouse') && method !== 'GET' && !path.includes('checkPrivateLinkServiceVisibility')
}

async function diagnosed(stage: Stage, code: string): Promise<string> {
  const { chat, out } = stage
  await callsLeft(stage)
  const before = new Set(chat.cards('data').map(({ id }) => id))
  const startedAt = performance.now()
  out.act('alice', chat.typed(`diagnose ${service} from ${network}`))
  await chat.command('alice', `diagnose ${service} from ${network}`)
  const { text } = await chat.until(() => chat.cards('data', code).find(({ id }) => !before.has(id)), {
    timeoutMs: 30_000,
    what: `the verdict ${code}`,
  })
  out.see(chat.called('data'), text)
  out.check(`the verdict is ${code}, after ${((performance.now() - startedAt) / 1_000).toFixed(2)} s`, shows(text, code))
  return text
}

/** Waits until ClickHouse Cloud, which answers ten calls in ten seconds, has some left: without them a diagnosis judges by the lists of before. */
async function callsLeft({ sandbox: { world } }: Stage): Promise<void> {
  const recent = () =>
    world.calls.filter(({ vendor, startedAt }) => vendor === 'clickhouse' && performance.now() - startedAt < 10_500)
  while (recent().length > 5) await sleep(100)
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
async function cardIn({ chat }: Stage, place: string, ...words: string[]): Promise<TourCard> {
  return await chat.until(() => chat.cards(place, ...words).at(-1), {
    timeoutMs: 60_000,
    what: `a message with ${words.join(', ')} in ${chat.called(place)}`,
  })
}
