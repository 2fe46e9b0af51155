import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningProcess, startProcess } from '../../../sandbox/processes.ts'
import { ownRedis } from '../../own-redis.ts'

/** A process signs in to Redis as its Azure identity: the user is an object id, the password a token that ends. */

const own = ownRedis()
const objectId = '0b1ec7d0-1111-4111-8111-000000000001'
/** In seconds; of Azure's it is hours. */
const lifetime = 4

/** A managed identity as App Service and Container Apps offer it. Redis takes each token until it ends. */
const issued: string[] = []
const identity = createServer(async (request, response) => {
  const url = new URL(request.url ?? '', 'http://127.0.0.1')
  const now = Math.floor(Date.now() / 1_000)
  const claims = { oid: objectId, jti: randomUUID(), aud: url.searchParams.get('resource'), exp: now + lifetime }
  const token = ['{}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')
  issued.push(token)
  await own.redis.call('ACL', 'SETUSER', objectId, 'on', `>${token}`, '~*', '&*', '+@all')
  setTimeout(() => void end(token), lifetime * 1_000).unref()
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({ access_token: token, expires_on: String(now + lifetime), resource: claims.aud, token_type: 'Bearer' }),
  )
})

/** Azure ends the connections that were signed in with a token when it ends; here all of them, but for those that have signed in again. */
async function end(token: string): Promise<void> {
  await own.redis.call('ACL', 'SETUSER', objectId, `<${token}`).catch(() => undefined)
}

let running: RunningProcess
beforeAll(async () => {
  identity.listen(0, '127.0.0.1')
  await once(identity, 'listening')
  running = await startProcess('diagnostics', {
    REDIS_URL: own.server.url,
    REDIS_AUTH: 'entra',
    IDENTITY_ENDPOINT: `http://127.0.0.1:${(identity.address() as AddressInfo).port}/msi/token`,
    IDENTITY_HEADER: 'header',
    DIAGNOSTICS_NETWORK: 'prod-westus3',
  })
})
afterAll(async () => {
  await running.close()
  identity.close()
})

/** The newest, in seconds since 1970. */
const heartbeat = async () =>
  Number((await own.redis.zrange('{privatelink}:probe-prod-westus3:workers', '0', '0', 'REV', 'WITHSCORES'))[1])

/** `HELLO` and `AUTH`, of connections that are new and that live. */
const signIns = async () =>
  [...(await own.redis.info('commandstats')).matchAll(/cmdstat_(?:hello|auth):calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  )

const clients = async () =>
  String(await own.redis.call('CLIENT', 'LIST'))
    .split('\n')
    .filter((line) => line.includes(`user=${objectId}`))

test('it renews the token before that ends, and new connections sign in with the newest', async () => {
  const before = await signIns()
  expect(before).toBeGreaterThan(0)
  await expect.poll(() => issued.length, { timeout: 15_000 }).toBeGreaterThan(2)
  await expect.poll(signIns, { timeout: 15_000 }).toBeGreaterThan(2 * before)
  await own.redis.call('CLIENT', 'KILL', 'USER', objectId)
  await expect.poll(clients, { timeout: 15_000 }).not.toEqual([])
  await expect.poll(async () => await heartbeat(), { timeout: 15_000 }).toBeGreaterThan(Date.now() / 1_000)
  const log = running.output.join('\n')
  expect(log).not.toMatch(/WRONGPASS|NOAUTH/)
  for (const token of issued) expect(log).not.toContain(token)
})
