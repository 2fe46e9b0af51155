import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../../sandbox/free-port.ts'
import { type Connection, connect, isUnanswered } from '../../../src/redis/connection.ts'
import { startServer } from '../../redis-servers.ts'
import { type SwitchingProxy, startSwitchingProxy } from '../../switching-proxy.ts'

/** A cluster of which no node answers: whoever waits for it is told so, and what was told to have failed is not done later. */

const nobody = 'redis://127.0.0.1:1'
const key = '{privatelink}:requests:number'

let server: Awaited<ReturnType<typeof startServer>>
let proxy: SwitchingProxy
let admin: Redis
let redis: Connection
beforeAll(async () => {
  server = await startServer({ 'cluster-enabled': 'yes', 'cluster-port': await freePort(), 'cluster-announce-ip': '127.0.0.1' })
  admin = new Redis(server.url)
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  proxy = await startSwitchingProxy(nobody)
  redis = connect([proxy.url, proxy.url].join(','), { patient: false })
  redis.on('error', () => undefined)
})
afterAll(async () => {
  redis?.disconnect()
  admin?.disconnect()
  proxy?.close()
  await server?.close()
})

test('a command fails within two seconds, and is not sent when the nodes are back', async () => {
  const asked = performance.now()
  const failure = await redis.incr(key).catch((error: unknown) => error)
  expect(isUnanswered(failure)).toBe(true)
  expect(performance.now() - asked).toBeLessThan(2_500)
  proxy.leadTo(server.url)
  await expect.poll(async () => await redis.ping().catch(() => 'none'), { timeout: 10_000 }).toBe('PONG')
  await sleep(200)
  expect(await admin.get(key)).toBeNull()
  expect(await redis.incr(key)).toBe(1)
})
