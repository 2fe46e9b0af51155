import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningProcess } from '../../../sandbox/processes.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'

/** Bull Board on the metrics port of the jobs process: off without a password, for nobody without it, and read-only. */

const password = 'a-long-p4ssword'
const hostile = '</script><script>alert(1)</script><@U1>'

let sandbox: Sandbox
let redis: Redis
let probes: Queue
let jobs: RunningProcess
beforeAll(async () => {
  sandbox = await startSandbox()
  redis = new Redis(sandbox.redisUrl, { maxRetriesPerRequest: null })
  // Nobody works on this queue here.
  probes = new Queue('probe-prod-westus3', { connection: redis, prefix: '{privatelink}' })
  await probes.add(hostile, { host: hostile }, { jobId: 'hostile' })
  jobs = await start({})
})
afterAll(async () => {
  await probes.close()
  redis.disconnect()
  await sandbox.close()
})

async function start(more: Readonly<Record<string, string>>): Promise<RunningProcess> {
  const port = { METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' }
  return await sandbox.start('jobs', { ...port, QUEUE_DASHBOARD_PASSWORD: password, ...more })
}

interface Asked {
  readonly as?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

async function ask(
  process: RunningProcess,
  path: string,
  { as = `anybody:${password}`, method = 'GET', headers = {}, body }: Asked = {},
) {
  const line = process.output.find((each) => each.includes('"msg":"ready"')) ?? '{}'
  const authorization = as === '' ? undefined : `Basic ${Buffer.from(as).toString('base64')}`
  return await fetch(`http://127.0.0.1:${JSON.parse(line).metricsPort}${path}`, {
    method,
    headers: { ...(authorization !== undefined && { authorization }), ...headers },
    ...(body !== undefined && { body }),
  })
}

const paths = [
  '/queues',
  '/queues/',
  '/queues/api/queues',
  '/queues/api/redis/stats',
  '/queues/static/js/x.js',
  '/queues/queue/work',
]

describe('whoever has no password', () => {
  test.each(paths)('sees nothing of %s', async (path) => {
    for (const as of ['', 'anybody:', 'anybody:wrong', password]) {
      const response = await ask(jobs, path, { as })
      expect([path, as, response.status]).toEqual([path, as, 401])
      expect(await response.text()).toBe('A password is needed.\n')
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
    }
  })

  test('is not heard any more after many wrong ones, and then nobody is', async () => {
    const process = await start({})
    const seen = new Set<number>()
    for (let attempt = 0; attempt < 30; attempt++) seen.add((await ask(process, '/queues', { as: `a:${attempt}` })).status)
    expect(seen).toEqual(new Set([401, 429]))
    const response = await ask(process, '/queues')
    expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect((await ask(process, '/healthz', { as: '' })).status).toBe(200)
    await process.close()
  })
})

describe('whoever has it', () => {
  test('sees all queues, and hostile text as text', async () => {
    const page = await ask(jobs, '/queues')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
    const html = await page.text()
    expect(html).toContain('privatelink-bot')
    expect(html).not.toContain('alert(1)')
    const listed = await ask(jobs, '/queues/api/queues?activeQueue=probe-prod-westus3&status=waiting')
    expect(listed.headers.get('content-type')).toContain('application/json')
    expect(listed.headers.get('x-content-type-options')).toBe('nosniff')
    const { queues } = (await listed.json()) as { queues: { name: string; readOnlyMode: boolean; jobs: { name: string }[] }[] }
    expect(queues.map(({ name }) => name)).toEqual(['work', 'watch', 'outbox', 'probe-prod-westus3', 'probe-staging-eastus2'])
    expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true)
    expect(queues.find(({ name }) => name === 'probe-prod-westus3')?.jobs.map(({ name }) => name)).toEqual([hostile])
  })

  test('finds the files of the page, and nothing outside of them', async () => {
    const [, script] = /src="(static\/js\/[^"]+)"/.exec(await (await ask(jobs, '/queues')).text()) ?? []
    expect((await ask(jobs, `/queues/${script}`)).status).toBe(200)
    for (const path of ['/queues/static/../../package.json', '/queues/static/%2e%2e/%2e%2e/package.json', '/queuesx', '/queue'])
      expect((await ask(jobs, path)).status).toBe(404)
  })

  test.each([
    ['PUT', '/queues/api/queues/probe-prod-westus3/hostile/clean'],
    ['PUT', '/queues/api/queues/probe-prod-westus3/empty'],
    ['PUT', '/queues/api/queues/probe-prod-westus3/obliterate'],
    ['PUT', '/queues/api/queues/pause'],
    ['POST', '/queues/api/queues/probe-prod-westus3/add'],
    ['DELETE', '/queues/api/queues'],
    ['PATCH', '/queues/api/queues/probe-prod-westus3/hostile/update-data'],
  ])('changes nothing: %s %s', async (method, path) => {
    const response = await ask(jobs, path, { method })
    expect([response.status, await response.text()]).toEqual([405, 'The dashboard is read-only.\n'])
    expect(await probes.getWaitingCount()).toBe(1)
    expect(await probes.isPaused()).toBe(false)
  })

  test('changes what it asks for where that is allowed, and what another page asks for nowhere', async () => {
    const process = await start({ QUEUE_DASHBOARD: 'read-write' })
    await probes.add('other', {}, { jobId: 'other' })
    const remove = (headers: Readonly<Record<string, string>>) =>
      ask(process, '/queues/api/queues/probe-prod-westus3/other/clean', { method: 'PUT', headers })
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ])
      expect((await remove(headers)).status).toBe(403)
    expect(await probes.getWaitingCount()).toBe(2)
    expect((await remove({ 'sec-fetch-site': 'same-origin' })).status).toBeLessThan(300)
    expect(await probes.getWaitingCount()).toBe(1)
    await process.close()
  })
})

test('without a password there is no dashboard', async () => {
  const process = await start({ QUEUE_DASHBOARD_PASSWORD: '' })
  for (const path of paths) expect((await ask(process, path)).status).toBe(404)
  await process.close()
})

test('the password is in no line of the log', () => {
  expect(jobs.output.join('\n')).not.toContain(password)
})
