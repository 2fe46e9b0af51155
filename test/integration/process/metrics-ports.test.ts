import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProcessName, RunningProcess } from '../../../sandbox/processes.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'

/** jobs and diagnostics on a port of their own, each with the Redis user that it has in production. */

let sandbox: Sandbox
let control: Redis
const running = new Map<ProcessName, RunningProcess>()
beforeAll(async () => {
  sandbox = await startSandbox()
  control = new Redis(sandbox.redisUrl)
  for (const name of ['diagnostics', 'jobs'] as const)
    running.set(name, await sandbox.start(name, { METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' }))
})
afterAll(async () => {
  control.disconnect()
  await sandbox.close()
})

function readyLine(process: RunningProcess | undefined): { readonly metricsPort?: number } {
  return JSON.parse(process?.output.find((line) => line.includes('"msg":"ready"')) ?? '{}')
}

async function get(name: ProcessName, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${readyLine(running.get(name)).metricsPort}${path}`)
  return { status: response.status, text: await response.text() }
}

describe.each(['jobs', 'diagnostics'] as const)('%s', (name) => {
  test('answers /metrics, /healthz and /readyz, and nothing else', async () => {
    await expect.poll(async () => (await get(name, '/metrics')).text, { timeout: 15_000 }).toMatch(/^privatelink_redis_ready 1$/m)
    expect((await get(name, '/metrics')).text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
    expect(JSON.parse((await get(name, '/healthz')).text)).toEqual({ status: 'alive' })
    expect(JSON.parse((await get(name, '/readyz')).text)).toEqual({ status: 'ready' })
    for (const path of ['/', '/queues', '/slack/events']) expect((await get(name, path)).status).toBe(404)
  })

  test('has no port without METRICS_PORT', async () => {
    const process = await sandbox.start(name)
    expect(readyLine(process)).not.toHaveProperty('metricsPort')
    await process.close()
  })

  test('is not ready while Redis takes no writes, says so, and lives on', async () => {
    // A process that makes its connection anew may say for a moment that all is well.
    const within = { timeout: 15_000 }
    try {
      await control.replicaof('127.0.0.1', '1')
      await expect
        .poll(async () => (await get(name, '/readyz')).text, within)
        .toMatch(/"not ready".*(takes no writes: READONLY|does not answer|heartbeat|not connected)/)
      expect((await get(name, '/healthz')).status).toBe(200)
      await expect.poll(async () => (await get(name, '/metrics')).text, within).toMatch(/^privatelink_redis_ready 0$/m)
    } finally {
      await control.replicaof('NO', 'ONE')
    }
    await expect.poll(async () => (await get(name, '/readyz')).text, { timeout: 15_000 }).toContain('"ready"')
  })
})

test('a connection that is gone is said at once, by each worker', async () => {
  await control.client('PAUSE', '3000', 'ALL')
  const { status, text } = await get('jobs', '/readyz')
  expect([status, JSON.parse(text).redis]).toEqual([503, 'does not answer'])
  await expect.poll(async () => (await get('jobs', '/readyz')).status, { timeout: 10_000 }).toBe(200)
})

test('a queue that somebody paused is said', async () => {
  await control.hset('{privatelink}:work:meta', 'paused', '1')
  expect(JSON.parse((await get('jobs', '/readyz')).text)).toEqual({ status: 'not ready', work: 'its queue is paused' })
  await control.hdel('{privatelink}:work:meta', 'paused')
  expect((await get('jobs', '/readyz')).status).toBe(200)
})

test('what jobs counts and reads', async () => {
  const metrics = async () => (await get('jobs', '/metrics')).text
  await expect.poll(metrics, { timeout: 10_000 }).toMatch(/^privatelink_diagnostics_workers\{network="prod-westus3"\} 1$/m)
  const text = await metrics()
  expect(text).toMatch(/^privatelink_diagnostics_workers\{network="staging-eastus2"\} 0$/m)
  expect(text).toMatch(/^privatelink_cloud_calls_total\{vendor="clickhouse",status="2xx"\} [1-9]/m)
  expect(text).toMatch(/^privatelink_cloud_call_duration_seconds_count\{vendor="clickhouse"\} [1-9]/m)
  expect(text).toMatch(/^privatelink_clickhouse_budget_remaining_calls\{organization="acme"\} \d+$/m)
  expect(text).toMatch(/^privatelink_queue_jobs\{queue="probe-prod-westus3",state="waiting"\} 0$/m)
})

test('a job that waits makes its queue deep and old', async () => {
  const key = '{privatelink}:outbox'
  await control.hset(`${key}:7`, 'timestamp', String(Date.now() - 90_000))
  await control.lpush(`${key}:wait`, '7', '8')
  const metrics = async () => (await get('jobs', '/metrics')).text
  await expect.poll(metrics, { timeout: 10_000 }).toMatch(/^privatelink_queue_jobs\{queue="outbox",state="waiting"\} 2$/m)
  const [, age] = /^privatelink_queue_oldest_job_age_seconds\{queue="outbox"\} ([\d.]+)$/m.exec(await metrics()) ?? []
  expect(Number(age)).toBeGreaterThan(89)
  expect(Number(age)).toBeLessThan(200)
})
