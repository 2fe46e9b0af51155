import type { IncomingMessage, ServerResponse } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBot } from '../../../src/bot/bot.ts'
import { botConfig } from '../../../src/config.ts'
import { onlyLocal } from '../../../src/http/server.ts'
import type { Connection } from '../../../src/redis/connection.ts'
import { type BotWorld, startBotWorld } from './harness.ts'

/** Metrics tell strangers nothing: they have a port of their own, or are for this machine alone. */

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => await at.close())

const log = pino({ level: 'silent' })
const statusAt = async (host: string, port: number, path: string) => (await fetch(`http://${host}:${port}${path}`)).status
test('on a port of their own the public one has none', async () => {
  const environment = { ...at.environment, METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' }
  const bot = await startBot(botConfig(environment), log)
  const { metricsPort = 0 } = bot
  for (const path of ['/metrics', '/healthz', '/readyz'])
    expect([path, await statusAt('127.0.0.1', metricsPort, path)]).toEqual([path, 200])
  expect(await statusAt('127.0.0.1', bot.port, '/metrics')).toBe(404)
  for (const path of ['/healthz', '/readyz']) expect(await statusAt('127.0.0.1', bot.port, path)).toBe(200)
  for (const path of ['/slack/events', '/api/messages']) expect(await statusAt('127.0.0.1', metricsPort, path)).toBe(404)
  await bot.close()
})

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.9', true],
  ['10.0.0.9', false],
  ['::ffff:10.0.0.9', false],
  ['2001:db8::1', false],
  [undefined, false],
])('without one they are for this machine alone: %s', (remoteAddress, expected) => {
  let status = 0
  const response = {
    writeHead(code: number) {
      status = code
      return { end: () => undefined }
    },
  }
  let answered = false
  onlyLocal(() => {
    answered = true
  })({ socket: { remoteAddress } } as IncomingMessage, response as unknown as ServerResponse)
  expect([answered, status]).toEqual([expected, expected ? 0 : 404])
})

test('to this machine they are answered on the public port', async () => {
  expect(await statusAt('127.0.0.1', Number(new URL(at.url).port), '/metrics')).toBe(200)
})

test('however often they are asked for, the requests are read once', async () => {
  const before = await readsOf(at.connection)
  for (let scrape = 0; scrape < 30; scrape++)
    expect(await statusAt('127.0.0.1', Number(new URL(at.url).port), '/metrics')).toBe(200)
  // The bot itself reads them once a minute, to see whether approvers are there.
  expect((await readsOf(at.connection)) - before).toBeLessThanOrEqual(3)
})

/** How often the open requests were listed. */
async function readsOf(redis: Connection): Promise<number> {
  return Number(/cmdstat_smembers:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
}
