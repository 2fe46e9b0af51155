import { afterEach, expect, test } from 'vitest'
import { prefix } from '../../src/redis/queues.ts'
import { type Failing, startCluster, startSentinels } from '../redis-servers.ts'
import { type Chat, openChat, writes } from './chat.ts'
import { made, quick, whole } from './house.ts'

/** `EVERY_FAILOVER=1` for the whole. Redis fails over in the middle of a setup: nothing is lost, nothing is done or told twice. Each process has its own user. */

let redis: Failing
let chat: Chat
afterEach(async () => {
  await chat.close()
  await redis.close()
})

const topologies = {
  sentinels: () => startSentinels(),
  'a cluster': () => startCluster(`${prefix}:any`),
} as const
const ways = {
  'dies at once': (failing: Failing) => failing.kill(),
  'hands over': (failing: Failing) => failing.handOver(),
} as const

/** The first is the sample of `npm test`. */
const cases = [
  ['sentinels', 'dies at once'],
  ['sentinels', 'hands over'],
  ['a cluster', 'dies at once'],
] as const

test.each(process.env.EVERY_FAILOVER === '1' ? cases : cases.slice(0, 1))(
  'with %s, when the master %s',
  async (topology, way) => {
    redis = await topologies[topology]()
    chat = await openChat({
      redisUrl: await redis.master(),
      environment: {
        bot: redis.environment('bot'),
        jobs: redis.environment('jobs'),
        diagnostics: redis.environment('diagnostics-prod-westus3'),
      },
      latencies: { ...quick, privateEndpoint: 3_000, privateZone: 1_500 },
    })
    const { people, sandbox } = chat
    await people.command('alice', 'setup analytics-prod in prod-westus3')
    await people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
    // Azure has begun, and has not ended.
    await expect.poll(() => sandbox.world.endpoints.size, { timeout: 20_000, interval: 20 }).toBe(1)
    await ways[way](redis)

    await chat.card('approvals', 'request PL-1 · done')
    await chat.card('data', 'request PL-1 · done')
    expect(made(sandbox)).toEqual(whole)
    const written = writes(sandbox)
    expect(written).toEqual([...new Set(written)])
    const told = sandbox.slack.messages.filter((message) => !message.deleted && chat.text(message).includes('request PL-1'))
    expect(told.map(({ channel }) => channel).sort()).toEqual([...new Set(told.map(({ channel }) => channel))].sort())

    // Everything goes on as before.
    await people.command('alice', 'diagnose analytics-prod from prod-westus3')
    await chat.card('data', 'DG-1', 'healthy')
  },
)
