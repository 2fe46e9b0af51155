import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { allOf, healthRoutes } from '../../../src/http/health.ts'
import { startHttpServer } from '../../../src/http/server.ts'
import { type Connection, connect, serverIdOf } from '../../../src/redis/connection.ts'
import { redisProblem } from '../../../src/redis/readiness.ts'
import { type SwitchingProxy, startSwitchingProxy } from '../../switching-proxy.ts'

/** A failover that leaves the old connections open: their server only reads now, and the address leads to another one. */

let old: RedisServer
let next: RedisServer
let proxy: SwitchingProxy
const control: Connection[] = []
beforeAll(async () => {
  ;[old, next] = await Promise.all([startRedis(), startRedis()])
  proxy = await startSwitchingProxy(old.url)
})
afterAll(async () => {
  for (const each of control) each.disconnect()
  proxy.close()
  await Promise.all([old.close(), next.close()])
})

const healthOf = (redis: Connection) => healthRoutes(async () => allOf({ redis: await redisProblem(redis, 'bot') }))

async function call(server: RedisServer, command: string, ...args: readonly string[]): Promise<void> {
  const redis = connect(server.url, { patient: true })
  control.push(redis)
  await redis.call(command, ...args)
}

test.each([true, false])('a connection goes where writes are taken (patient: %s)', async (patient) => {
  proxy.leadTo(old.url)
  await call(old, 'REPLICAOF', 'NO', 'ONE')
  const redis = connect(proxy.url, { patient })
  redis.on('error', () => undefined)
  await redis.set('before', '1')
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, healthOf(redis))
  const ready = async () => (await fetch(`http://127.0.0.1:${server.port}/readyz`)).status
  expect(await ready()).toBe(200)
  const before = await serverIdOf(redis)
  expect(before).toMatch(/^[0-9a-f]{40}$/)

  await call(old, 'REPLICAOF', '127.0.0.1', '1')
  await expect.poll(ready, { timeout: 5_000 }).toBe(503)
  proxy.leadTo(next.url)
  await expect.poll(async () => await redis.set('after', '2').catch(() => 'refused'), { timeout: 5_000 }).toBe('OK')
  const script = "return redis.call('SET', KEYS[1], '3')"
  expect(await redis.eval(script, 1, 'script')).toBe('OK')
  await expect.poll(ready, { timeout: 5_000 }).toBe(200)
  expect(await serverIdOf(redis)).not.toBe(before)
  await server.close()
  redis.disconnect()
})

test('a Redis that is full is not ready', async () => {
  const redis = connect(next.url, { patient: false })
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, healthOf(redis))
  await call(next, 'CONFIG', 'SET', 'maxmemory', '1')
  const answer = await fetch(`http://127.0.0.1:${server.port}/readyz`)
  expect(answer.status).toBe(503)
  expect(await answer.json()).toEqual({ status: 'not ready', redis: 'takes no writes: OOM' })
  await call(next, 'CONFIG', 'SET', 'maxmemory', '0')
  await server.close()
  redis.disconnect()
})
