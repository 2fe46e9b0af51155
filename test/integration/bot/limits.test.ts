import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { newRequest } from '../../../src/domain/request.ts'
import { workQueue, workSchema } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'
import { alice, bob, samples } from '../../sample-requests.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

let at: BotWorld | undefined
afterEach(async () => {
  await at?.close()
  at = undefined
})

const { channels } = workspace
const setup = 'setup analytics-prod in prod-westus3'

test('a person who asks for a lot is told to wait; others, and questions that cost nothing, are answered', async () => {
  at = await startBotWorld()
  const { driver, ledger } = at
  await ledger.create({ ...samples.done, id: 'PL-900' })
  await at.producer.show({ kind: 'request', id: 'PL-900' })
  const done = await at.slack.until(({ messages }) => messages.find((one) => textOf(one).includes('Export')))
  const say = async (user: 'alice' | 'bob', text: string) => (await driver.command(user, text)).body
  const answers: string[] = []
  for (let asked = 0; asked < 22; asked += 1) answers.push(await say('alice', `setup s${asked} in prod-westus3`))
  expect(answers.filter((answer) => /request PL-\d+ · planning/.test(answer))).toHaveLength(20)
  expect(answers.at(-1)).toMatch(/asked for a lot within a minute.*Nothing was asked for; try again in (\d+ s|1 min)/)
  expect(await ledger.open()).toHaveLength(20)
  expect(await say('alice', 'diagnose analytics-prod from prod-westus3')).toContain('asked for a lot')
  expect(await say('alice', 'watch analytics-prod from prod-westus3 every 5m')).toContain('asked for a lot')
  const begun = JSON.parse(await say('bob', 'watch analytics-prod from prod-westus3 every 5m'))
  const [shown] = at.slack.ephemerals
  const before = at.slack.ephemerals.length
  if (shown !== undefined) await driver.click('alice', { ...shown, blocks: begun.blocks }, 'Last 24 hours')
  await at.slack.until(({ ephemerals }) => ephemerals.slice(before).some((one) => textOf(one).includes('asked for a lot')))
  const exported = at.slack.ephemerals.length
  await driver.click('alice', done, 'Export Terraform')
  expect(textOf(await at.slack.until(({ ephemerals }) => ephemerals[exported]))).toContain('asked for a lot')
  expect(await say('alice', 'requests mine')).toContain('PL-20')
  expect(await say('bob', setup)).toContain('request PL-21 · planning')
})

test('the same asked again is the first request, from the same person, until it has ended', async () => {
  at = await startBotWorld()
  const { driver, ledger } = at
  const say = async (user: 'alice' | 'bob', text: string) => (await driver.command(user, text)).body
  const atOnce = await Promise.all([1, 2, 3, 4, 5].map(() => say('alice', setup)))
  expect(atOnce.filter((answer) => answer.includes('The plan follows here.'))).toHaveLength(1)
  const [first] = await ledger.open()
  const again = await say('alice', setup.toUpperCase().replace('SETUP', 'setup').replace(' IN ', ' in '))
  expect(again).toContain(`*${first?.id}* asks for this already: analytics-prod → prod-westus3. Nothing was asked for again.`)
  expect(again).toContain(`/privatelink cancel ${first?.id}`)
  expect(await ledger.open()).toHaveLength(1)
  expect(await say('bob', setup)).toContain('The plan follows here.')
  await say('alice', `cancel ${first?.id}`)
  expect(await say('alice', setup)).toContain('The plan follows here.')
})

test('who asks for one thing does not wait for all that somebody else asks for', async () => {
  at = await startBotWorld()
  const { driver, redis } = at
  for (const service of ['s1', 's2', 's3']) await driver.command('alice', `setup ${service} in prod-westus3`)
  await driver.command('bob', setup)
  const taken: string[] = []
  const worker = await startWorker({
    ...{ redisUrl: redis.url, queue: workQueue, schema: workSchema, concurrency: 1, log: pino({ level: 'silent' }) },
    handle: async ({ data }) => void taken.push(data.id),
  })
  await expect.poll(() => taken).toEqual(['PL-1', 'PL-4', 'PL-2', 'PL-3'])
  await worker.close()
})

test('a person with many unfinished requests ends one before the next; others ask on', async () => {
  at = await startBotWorld()
  const { driver, ledger } = at
  const place = { surface: 'slack', id: channels.data } as const
  for (let count = 0; count < 20; count += 1) {
    const asked = {
      by: alice,
      place,
      at: new Date(Date.UTC(2026, 0, 1) + count * 1_000).toISOString(),
      services: [{ service: `s${count}` }],
      network: 'prod-westus3',
    }
    await ledger.create(newRequest(await ledger.nextId(), asked))
  }
  const { body } = await driver.command('alice', setup)
  expect(body).toContain('20 of your requests are not finished, and 20 is the most: nothing was asked for.')
  expect(body).toContain('/privatelink cancel PL-1')
  expect((await driver.command('bob', setup)).body).toContain('planning')
  await driver.command('alice', 'cancel PL-1')
  expect((await driver.command('alice', setup)).body).toContain('planning')
})

test('a burst of changes to one request is a few updates, and ends with the newest', async () => {
  at = await startBotWorld()
  const { driver, ledger, producer, slack } = at
  await driver.command('alice', setup, { channel: 'data' })
  const message = await slack.until(({ messages }) => messages.find((one) => textOf(one).includes('request PL-1 · planning')))
  const before = message.history.length
  for (let change = 0; change < 100; change += 1) await producer.show({ kind: 'request', id: 'PL-1' }, 200)
  await ledger.record('PL-1', { type: 'cancel', by: bob, at: new Date().toISOString() })
  await producer.show({ kind: 'request', id: 'PL-1' })
  await slack.until(() => textOf(message).includes('request PL-1 · cancelled'))
  expect(message.history.length - before).toBeLessThan(5)
})

test('Slack refuses nothing for its rate when many requests change at once in one channel', async () => {
  at = await startBotWorld({ slack: { rates: { 'chat.postMessage': { burst: 3, perSecond: 1 } } } })
  const { driver, slack, world } = at
  const asked = 8
  for (let count = 0; count < asked; count += 1)
    await driver.command('alice', `setup s${count} in prod-westus3`, { channel: 'data' })
  await slack.until(({ messages }) => messages.filter(({ channel }) => channel === channels.data).length === asked, {
    timeoutMs: 20_000,
  })
  const refused = world.calls.filter(({ vendor, status }) => vendor === 'slack' && status === 429)
  expect(refused.length).toBeLessThanOrEqual(1)
})
