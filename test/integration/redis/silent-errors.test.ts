import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'

/** A Redis user that is switched off: what refuses its password writes the password nowhere. */

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.close())

const password = 'c4n4ry-p4ssw0rd'

test.each([
  [
    'prober',
    "createProber(url, { log }).probe('prod', { host: 'a' }, { signal: AbortSignal.timeout(1_000) })",
    "{ createProber } from './src/redis/prober.ts'",
  ],
  [
    'producer',
    "createProducer(connect(url, { patient: true })).work({ kind: 'request', id: 'PL-1' })",
    "{ createProducer } from './src/redis/producer.ts'",
  ],
])('%s', async (_what, act, from) => {
  const url = server.url.replace('//', `//jobs:${password}@`)
  const script = `
    import ${from}
    import { connect } from './src/redis/connection.ts'
    import { createLog } from './src/log.ts'
    const log = createLog('test')
    const url = ${JSON.stringify(url)}
    void connect
    Promise.resolve(${act}).catch(() => undefined)
    setTimeout(() => process.exit(0), 1_500)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(complaints).not.toContain('SyntaxError')
  expect(`${out}${complaints}`).not.toContain(password)
})
