import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../sandbox/estate.ts'
import { freePort } from '../../sandbox/free-port.ts'
import type { SlackMessage } from '../../sandbox/slack/store.ts'
import { newRequest } from '../../src/domain/request.ts'
import { createLog } from '../../src/log.ts'
import { redisLedger } from '../../src/redis/ledger.ts'
import { createProducer } from '../../src/redis/producer.ts'
import { workQueue, workSchema } from '../../src/redis/queues.ts'
import { redisInventory } from '../../src/redis/records.ts'
import { startWorker } from '../../src/redis/worker.ts'
import { planned } from '../integration/bot/approval.ts'
import { alice, data, digest } from '../sample-requests.ts'
import { type Chat, openChat } from './chat.ts'

let chat: Chat
afterEach(async () => await chat.close())

const rounds = 500

/** What both approvers have on their screens. */
function cardOf(id: string): SlackMessage {
  const value = JSON.stringify({ id, digest })
  const button = { type: 'button', action_id: 'approve', text: { type: 'plain_text', text: 'Approve' }, value }
  const content = { text: id, blocks: [{ type: 'actions', block_id: 'decision', elements: [button] }], pings: [] }
  return {
    kind: 'message',
    user: workspace.botUserId,
    channel: workspace.channels.approvals,
    ts: '1.000001',
    history: [],
    deleted: false,
    ...content,
  }
}

test(`of two approvals at once in two bot processes one counts and one runs, over ${rounds} rounds`, async () => {
  chat = await openChat({ without: ['jobs', 'diagnostics'] })
  const { sandbox, people } = chat
  const port = await freePort()
  await sandbox.start('bot', { PORT: String(port) })
  const others = sandbox.slack.driver(`http://127.0.0.1:${port}/slack/events`)
  const redis = new Redis(sandbox.redisUrl, { maxRetriesPerRequest: null })
  const ledger = redisLedger(redis)
  const producer = createProducer(redis)
  const runs = new Map<string, number>()
  const worker = await startWorker({
    redisUrl: sandbox.redisUrl,
    queue: workQueue,
    schema: workSchema,
    concurrency: 4,
    log: createLog('jobs'),
    async handle({ data: { id } }) {
      const run = crypto.randomUUID()
      const at = new Date().toISOString()
      const { changed } = await ledger.record(id, { type: 'claim', run, at })
      if (!changed) return
      const finished = await ledger.record(id, { type: 'finish', run, outcome: {}, at })
      if (finished.changed) runs.set(id, (runs.get(id) ?? 0) + 1)
    },
  })
  try {
    const ids = Array.from({ length: rounds }, (_, round) => `PL-${round + 1}`)
    for (const id of ids) {
      const at = new Date().toISOString()
      await ledger.create(
        newRequest(id, { by: alice, place: data, at, services: [{ service: 'analytics-prod' }], network: 'prod-westus3' }),
      )
      await planned({ ledger, producer }, id)
      const clicks = await Promise.all([people.click('bob', cardOf(id), 'Approve'), others.click('carol', cardOf(id), 'Approve')])
      expect(clicks.map(({ status }) => status)).toEqual([200, 200])
    }
    await expect.poll(() => runs.size, { timeout: 60_000 }).toBe(rounds)
    expect([...runs.values()].every((times) => times === 1)).toBe(true)
    const requests = await Promise.all(ids.map((id) => ledger.get(id)))
    expect(requests.every((request) => request?.state === 'done' && request.votes?.length === 1)).toBe(true)
    const answers = sandbox.slack.ephemerals.map((shown) => chat.text(shown))
    expect(answers.filter((answer) => answer.includes('You approved'))).toHaveLength(rounds)
    expect(answers.filter((answer) => answer.includes('nothing to decide any more'))).toHaveLength(rounds)
  } finally {
    await worker.close()
    await producer.close()
    redis.disconnect()
  }
})

test.each(['first', 'second'])(
  'of two choices in a form within 60 ms the last one wins, when the %s of two bot processes has the early one',
  async (place) => {
    const beta = '11111111-55a1-4a0e-9d5e-0c4b1d2f3a41'
    chat = await openChat({
      without: ['jobs', 'diagnostics'],
      configure: (file) => ({ ...file, organizations: [...file.organizations, { id: beta, name: 'beta' }] }),
    })
    const { sandbox, people } = chat
    const { slack, world } = sandbox
    const port = await freePort()
    await sandbox.start('bot', { PORT: String(port) })
    const others = slack.driver(`http://127.0.0.1:${port}/slack/events`)
    const redis = new Redis(sandbox.redisUrl, { maxRetriesPerRequest: null })
    try {
      const service = { id: 'b', name: 'beta-service', provider: 'azure', region: 'westus3', state: 'running' }
      const services = world.services.map((each) => ({ ...each, organizationName: 'acme' }))
      const inventory = { readAt: new Date().toISOString(), allowLists: {} }
      await redisInventory(redis).write({
        ...inventory,
        services: [...services, { ...service, organizationId: beta, organizationName: 'beta' }],
      })
      await people.command('alice', 'setup', { channel: 'data' })
      const view = await slack.until(() => slack.topView('alice'))
      const shown = () => JSON.stringify(view.content)
      let asked = 0
      const second = Promise.withResolvers<void>()
      // Slack takes its time with the update of one of them.
      world.gate = async ({ vendor, path }, phase) => {
        if (vendor !== 'slack' || !path.includes('views.update') || phase !== 'arrived') return undefined
        asked += 1
        if (asked === 1) await Promise.race([second.promise, sleep(700)])
        else second.resolve()
        return undefined
      }
      const choose = async (driver: typeof people, organization: string) =>
        await driver.choose('alice', view, 'Organization', organization)
      const [early, late] = place === 'first' ? [people, others] : [others, people]
      const first = choose(early, 'beta')
      await sleep(60)
      await Promise.all([first, choose(late, 'acme')])
      await expect.poll(shown, { timeout: 5_000 }).toContain('analytics-prod')
      await sleep(500)
      expect(shown()).toContain('analytics-prod')
      expect(shown()).not.toContain('beta-service')
    } finally {
      redis.disconnect()
    }
  },
)
