import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { slack as workspace } from '../../../../sandbox/estate.ts'
import type { SlackMessage } from '../../../../sandbox/slack/store.ts'
import { anotherSetup } from '../another-setup.ts'
import { planned } from '../approval.ts'
import { type BotWorld, startBotWorld, textOf } from '../harness.ts'

/** Socket Mode: the same bot, where Slack cannot reach it by HTTP. */

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld({ slack: { appToken: 'xapp-sandbox-1-socket' } })
})
afterAll(async () => {
  await at.close()
})

const { users, channels } = workspace

async function asked(): Promise<{ readonly id: string; readonly card: SlackMessage }> {
  const { body } = await at.driver.command('alice', anotherSetup(), { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? `no request in ${body}`
  await planned(at, id)
  const card = await at.slack.until(({ messages }) =>
    messages.find((one) => one.channel === channels.approvals && textOf(one).includes(`request ${id} · awaiting-approval`)),
  )
  return { id, card }
}

const told = (user: keyof typeof users, words: string) =>
  at.slack.until(({ ephemerals }) => ephemerals.find((one) => one.user === users[user] && textOf(one).includes(words)))

test('a command, clicks and the Home tab are answered', async () => {
  const { id, card } = await asked()
  await at.driver.click('alice', card, 'Approve')
  await told('alice', `You asked for ${id} yourself`)
  await at.driver.click('bob', card, 'Approve')
  await told('bob', `You approved *${id}*`)
  expect((await at.ledger.get(id))?.state).toBe('applying')
  expect((await at.driver.openHome('alice')).status).toBe(200)
  await at.slack.until(({ homes }) => homes.find(({ user }) => user === users.alice))
  expect(at.slack.failures).toEqual([])
  const metrics = await (await fetch(`${at.url}/metrics`)).text()
  const [, answered] = /^privatelink_acknowledgement_duration_seconds_count\{chat="slack"\} (\d+)$/m.exec(metrics) ?? []
  expect(Number(answered)).toBeGreaterThanOrEqual(3)
})

test('nothing comes in by HTTP, and what is of another workspace or app is not acted on', async () => {
  expect((await fetch(`${at.url}/slack/events`, { method: 'POST', body: 'ssl_check=1' })).status).toBe(404)
  const before = await at.ledger.newest(100)
  const forged = [{ appId: 'A0OTHER' }, { teamId: 'T0OTHER' }].map((forge) =>
    at.driver.command('alice', 'setup analytics-prod in prod-westus3', { forge }),
  )
  expect((await Promise.all(forged)).map(({ status }) => status)).toEqual([0, 0])
  expect(await at.ledger.newest(100)).toHaveLength(before.length)
  const metrics = await (await fetch(`${at.url}/metrics`)).text()
  expect(metrics).toMatch(/refused_requests_total\{why="wrong-app"\} 1/)
  expect(metrics).toMatch(/refused_requests_total\{why="wrong-workspace"\} 1/)
})

const ready = async () => await (await fetch(`${at.url}/readyz`)).json()
const deaf = { status: 'not ready', slack: 'has no connection to the bot' }

describe('when Slack takes a connection away, the bot opens another', () => {
  let release: () => void = () => undefined
  afterEach(() => {
    release()
    at.world.gate = async () => undefined
    at.slack.connections.answersUpgrades = true
  })
  const isOpening = ({ path }: { readonly path: string }) => path.includes('apps.connections.open')

  test('at once', async () => {
    const { card, id } = await asked()
    at.slack.connections.refresh()
    await expect.poll(async () => (await at.driver.click('bob', card, 'Approve')).error, { timeout: 10_000 }).toBeUndefined()
    await told('bob', `You approved *${id}*`)
  })

  test('although the question for an address is not answered once', async () => {
    const { card, id } = await asked()
    let asks = 0
    const { promise: never, resolve } = Promise.withResolvers<undefined>()
    release = () => resolve(undefined)
    at.world.gate = async (call, phase) => (isOpening(call) && phase === 'arrived' && asks++ === 0 ? await never : undefined)
    at.slack.connections.refresh()
    await expect.poll(() => at.slack.connections.isConnected).toBe(false)
    expect(await ready()).toEqual(deaf)
    expect((await at.driver.click('bob', card, 'Approve')).error).toBe('dispatch_failed')
    await expect.poll(() => at.slack.connections.isConnected, { timeout: 15_000 }).toBe(true)
    await at.driver.click('bob', card, 'Approve')
    await told('bob', `You approved *${id}*`)
    await expect.poll(ready).toEqual({ status: 'ready' })
  })

  test('although the upgrade is not answered', async () => {
    at.slack.connections.answersUpgrades = false
    at.slack.connections.refresh()
    await expect.poll(() => at.slack.connections.isConnected).toBe(false)
    await expect.poll(ready).toEqual(deaf)
    await sleep(1_000)
    at.slack.connections.answersUpgrades = true
    await expect.poll(() => at.slack.connections.isConnected, { timeout: 20_000 }).toBe(true)
    await expect.poll(ready).toEqual({ status: 'ready' })
  })

  test('although the app token was refused for a while', async () => {
    at.world.gate = async (call, phase) =>
      isOpening(call) && phase === 'arrived' ? { status: 200, body: { ok: false, error: 'invalid_auth' } } : undefined
    at.slack.connections.refresh()
    await expect.poll(ready, { timeout: 5_000 }).toEqual(deaf)
    await sleep(2_000)
    at.world.gate = async () => undefined
    await expect.poll(() => at.slack.connections.isConnected, { timeout: 15_000 }).toBe(true)
  })
})
