import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { codesOf, runDoctor } from './run-doctor.ts'

/** `npm run doctor` beside a server that takes connections and never answers. */

let sandbox: Sandbox
let silent: Server
let address: string
beforeAll(async () => {
  sandbox = await startSandbox({
    configure: (file) => ({ ...file, networks: file.networks.slice(0, 1), policies: file.policies.slice(0, 1) }),
  })
  const redis = new Redis(sandbox.redisUrl)
  await redis.config('SET', 'appendonly', 'yes')
  redis.disconnect()
  await sandbox.start('diagnostics')
  silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  address = `127.0.0.1:${(silent.address() as AddressInfo).port}`
})
afterAll(async () => {
  silent?.close()
  await sandbox?.close()
})

test.concurrent('a Redis is one finding', async () => {
  const { findings, status } = await runDoctor({ ...sandbox.environment('jobs'), REDIS_URL: `redis://${address}` }, '--json')
  expect(codesOf(findings)).toEqual(['redis-unreachable'])
  expect(status).toBe(1)
})

test.concurrent('a vendor is one finding, and the rest is told', async () => {
  const more = { CLICKHOUSE_API_URL: `http://${address}/v1` }
  const { findings, results } = await runDoctor({ ...sandbox.environment('jobs'), ...more }, '--json')
  expect(codesOf(findings)).toEqual(['clickhouse-unreachable'])
  expect(results.map(({ code }) => code)).toContain('azure-permissions')
})
