import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { largeEstate } from '../../sandbox/large-estate.ts'
import type { SlackMessage } from '../../sandbox/slack/store.ts'
import type { ClickHouseService } from '../../sandbox/world.ts'
import { type Chat, openChat } from './chat.ts'
import { firstSurvey, quick } from './house.ts'

/**
 * `LARGE_CHANGES=1`, for about two minutes: every change, with the buttons of its cards, among 2,000 services and 50 networks, and shown in both chats. The
 * tests are one story.
 */

const network = 'prod-westus3'
const most = 20
const longestName = 200

let chat: Chat
let service: ClickHouseService
let longNamed: readonly ClickHouseService[]
const quoted = (all: readonly ClickHouseService[]) => all.map(({ name }) => `"${name}"`).join(' ')

/** Asks, waits for the plan in the approvers' channel, and has Bob approve it. Returns the card when it is done. */
async function carriedOut(said: string, id: string): Promise<SlackMessage> {
  await chat.people.command('alice', said, { channel: 'data' })
  return await approved(id)
}

async function approved(id: string): Promise<SlackMessage> {
  const shown = (state: string) =>
    chat.sandbox.slack.until(
      ({ messages }) => messages.findLast((message) => chat.text(message).includes(`request ${id} · ${state}`)),
      { timeoutMs: 150_000, what: `${id} · ${state}` },
    )
  await shown('awaiting-approval')
  const plan = await chat.card('approvals', `request ${id} · awaiting-approval`)
  await chat.people.click('bob', plan, 'Approve')
  await shown('done')
  return await chat.card('approvals', `request ${id} · done`)
}

describe.runIf(process.env.LARGE_CHANGES === '1')('in a large estate', () => {
  beforeAll(async () => {
    chat = await openChat({ estate: largeEstate(), chats: ['slack', 'teams'], latencies: { ...quick, listLag: 2_000 } })
    const { services } = chat.sandbox.world
    const own = services.find(({ name }) => name === 'analytics-prod')
    if (own === undefined) throw new Error('There is no analytics-prod.')
    service = own
    const inRegion = services.filter(
      (each) => each.organizationId === own.organizationId && each.region === own.region && each.privateHost !== undefined,
    )
    longNamed = inRegion.slice(1, most + 1)
    for (const [at, each] of longNamed.entries())
      Object.assign(each, { name: `${'a very long name '.repeat(12)}${at}`.slice(-longestName) })
    await firstSurvey(chat.sandbox)
  })
  afterAll(async () => await chat.close())

  test('setup, with Details and the Terraform export', async () => {
    await chat.people.command('alice', `setup analytics-prod in ${network}`, { channel: 'data' })
    await chat.people.click('bob', await chat.card('approvals', 'request PL-1 · awaiting-approval'), 'Details')
    await chat.whisper('bob', 'virtualnetworks/vnet-prod')
    await chat.people.click('alice', await approved('PL-1'), 'Export Terraform')
    await chat.whisper('alice', 'pl-1.tf')
  })

  test('a fault, and its fix by the button', async () => {
    service.privateEndpointIds = []
    chat.sandbox.world.changed()
    await chat.ask(`diagnose analytics-prod from ${network}`, 'allow-list-missing', 'DG-1')
    await chat.people.click('alice', await chat.card('data', 'DG-1', 'allow-list-missing'), 'Request the fix')
    await approved('PL-2')
    expect(service.privateEndpointIds).toHaveLength(1)
  })

  test(`${most} services with names of ${longestName} characters, in one plan that can be approved`, async () => {
    await chat.people.command('alice', `allow ${quoted(longNamed)} from ${network}`, { channel: 'data' })
    const plan = await chat.sandbox.slack.until(
      ({ messages }) => messages.findLast((message) => chat.text(message).includes('request PL-3 · awaiting-approval')),
      { timeoutMs: 150_000, what: 'the plan' },
    )
    for (const { name } of longNamed) expect(JSON.stringify(plan.blocks)).toContain(name.slice(-40).trim())
    const waiting = await chat.card('approvals', 'request PL-3 · awaiting-approval')
    expect(JSON.stringify(waiting.blocks)).toContain('"approve"')
    await chat.people.command('alice', 'cancel PL-3', { channel: 'data' })
    await chat.card('approvals', 'request PL-3 · cancelled')
  })

  test('allow and revoke', async () => {
    const other = longNamed[0] ?? service
    const before = [...other.privateEndpointIds]
    await carriedOut(`allow ${other.id} from ${network}`, 'PL-4')
    expect(other.privateEndpointIds).toHaveLength(before.length + 1)
    await carriedOut(`revoke ${other.id} from ${network}`, 'PL-5')
    expect(other.privateEndpointIds).toEqual(before)
  })

  test('teardown, and the undo of a setup that failed', async () => {
    const { world } = chat.sandbox
    const endpoints = world.endpoints.size
    await carriedOut(`teardown analytics-prod in ${network}`, 'PL-6')
    expect(world.endpoints.size).toBe(endpoints - 1)
    expect(service.privateEndpointIds).toEqual([])
    world.gate = async ({ method, path }, phase) =>
      phase === 'arrived' && method === 'PATCH' && path.includes('/services/')
        ? { status: 403, body: { status: 403, error: 'FORBIDDEN: not allowed' } }
        : undefined
    await chat.people.command('alice', `setup analytics-prod in ${network}`, { channel: 'data' })
    await chat.people.click('bob', await chat.card('approvals', 'request PL-7 · awaiting-approval'), 'Approve')
    const failed = await chat.card('approvals', 'request PL-7 · failed')
    world.gate = async () => undefined
    await chat.people.click('carol', failed, 'Undo')
    await approved('PL-8')
    expect(world.endpoints.size).toBe(endpoints - 1)
  })

  test('neither chat refused a message, and no cloud a call for its number', () => {
    const { slack, teams, world } = chat.sandbox
    expect(slack.failures).toEqual([])
    expect(teams?.store.failures).toEqual([])
    expect(world.calls.filter(({ status }) => status === 429)).toEqual([])
  })
})
