import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startProcess } from '../../../sandbox/processes.ts'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { createProber } from '../../../src/redis/prober.ts'
import { a, host, loneAddress, serve, serveDns } from './checks/fixture.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.close())

test('the process answers from its queue, refuses other hosts, and stops when told', async () => {
  const address = loneAddress()
  const dns = await serveDns(() => ({ answers: [a(address)] }))
  for (const port of [8443, 9440]) await serve((socket) => socket.once('data', () => socket.resetAndDestroy()), address, port)
  const server = `${dns.address}:${dns.port}`
  const child = spawn(process.execPath, ['src/diagnostics/main.ts'], {
    env: {
      REDIS_URL: redis.url,
      DIAGNOSTICS_NETWORK: 'test',
      DIAGNOSTICS_DNS_SERVERS: server,
      DIAGNOSTICS_RESOLVER: server,
      DIAGNOSTICS_PREFIXES: `${address}/32`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const prober = createProber(redis.url, { log: { warn: () => undefined } })
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    expect(JSON.parse(line)).toMatchObject({ msg: 'ready', network: 'test' })
    const signal = AbortSignal.timeout(20_000)
    const evidence = await prober.probe('test', { host, expectedAddress: address }, { signal })
    expect(evidence).toMatchObject({
      address: { dialled: address },
      'tls:8443': { bytesRead: 0, failure: { code: 'ECONNRESET' } },
    })
    await expect(prober.probe('test', { host: 'metadata.example' }, { signal })).rejects.toThrow(/host-not-permitted/)
    for (const more of [
      { ports: [22] },
      { port: 22 },
      { prefixes: ['0.0.0.0/0'] },
      { path: '/' },
      { expectedAddress: '0x7f.1' },
    ]) {
      await expect(prober.probe('test', { host, ...more }, { signal })).rejects.toThrow(/data that its queue does not know/)
    }
  } finally {
    child.kill('SIGTERM')
    await prober.close()
  }
  expect(await exited).toEqual([0, null])
})

test('ninety dead targets at the same time hold nobody up', { timeout: 60_000 }, async () => {
  const silent = await serveDns(() => undefined)
  const server = `${silent.address}:${silent.port}`
  const worker = await startProcess('diagnostics', {
    REDIS_URL: redis.url,
    DIAGNOSTICS_NETWORK: 'dead',
    DIAGNOSTICS_DNS_SERVERS: server,
    DIAGNOSTICS_RESOLVER: server,
  })
  const prober = createProber(redis.url, { log: { warn: () => undefined } })
  try {
    const startedAt = performance.now()
    const zone = host.slice(host.indexOf('.'))
    const signal = AbortSignal.timeout(30_000)
    const probes = Promise.all(
      Array.from({ length: 90 }, (_, index) => prober.probe('dead', { host: `t${index}${zone}` }, { signal })),
    )
    const asked = () => new Set(silent.queries.map(({ questions }) => questions?.[0]?.name)).size
    await vi.waitUntil(() => asked() >= 50, { timeout: 10_000, interval: 5 })
    // None of these has ended yet, and no other begins.
    await delay(300)
    expect(asked()).toBe(50)
    const answers = await probes
    expect(asked()).toBe(90)
    // One after another in tens, as dead ones take their time, would be more than twenty seconds.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(answers.map((seen) => seen?.resolver?.rcode)).toEqual(answers.map(() => 'TIMEOUT'))
  } finally {
    await prober.close()
    await worker.close()
  }
})
