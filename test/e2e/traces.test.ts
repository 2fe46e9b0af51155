import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { keys, slack as workspace } from '../../sandbox/estate.ts'
import { openChat } from './chat.ts'
import { type ReceivedSpan, startTraceCollector } from './trace-collector.ts'

const key = 'c0llector-k3y'

test('one trace leads from a command over job and step to the calls of the clouds, and holds no secret', async () => {
  const collector = await startTraceCollector()
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `api-key=${key}`,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  }
  const chat = await openChat({ environment: { bot: environment, jobs: environment, diagnostics: environment } })
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3 because "s3cret plans"')
  await chat.people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', '· done')
  await chat.ask('diagnose analytics-prod from prod-westus3', 'healthy')
  // A job that fails with a message that names what it was given.
  const redis = new Redis(chat.sandbox.redisUrl, { maxRetriesPerRequest: null })
  const probes = new Queue('probe-prod-westus3', { connection: redis, prefix: '{privatelink}' })
  await probes.add('probe', { host: 'a', c4nary: true })
  await expect.poll(async () => await probes.getFailedCount()).toBe(1)
  await probes.close()
  redis.disconnect()
  await chat.close()
  await collector.close()

  const { spans } = collector
  const byId = new Map(spans.map((span) => [span.id, span]))
  /** From a span up to where its trace began. */
  const wayOf = (span: ReceivedSpan): readonly string[] => {
    const parent = byId.get(span.parent)
    return [`${span.service.replace('privatelink-', '')}: ${span.name}`, ...(parent === undefined ? [] : wayOf(parent))]
  }
  const ways = spans.map((span) => wayOf(span).toReversed())
  const asked = ways.find((way) => way[0] === 'bot: command setup' && way.at(-1) === 'jobs: azure GET')
  expect(asked).toEqual([
    'bot: command setup',
    expect.stringContaining('bot: '),
    expect.stringContaining('jobs: '),
    expect.stringContaining('jobs: plan '),
    'jobs: azure GET',
  ])
  const applied = ways.filter((way) => way[0] === 'bot: click approve')
  for (const way of [
    ['jobs: apply private-endpoint', 'jobs: azure PUT'],
    ['jobs: apply allow-list', 'jobs: clickhouse PATCH'],
  ])
    expect(applied).toContainEqual(expect.arrayContaining(way))
  expect(ways.filter((way) => way[0] === 'bot: command diagnose').flat()).toContainEqual(expect.stringMatching(/^diagnostics: /))
  // Every span of such a trace has the id of its first one.
  for (const span of spans) expect(byId.get(span.parent)?.traceId ?? span.traceId).toBe(span.traceId)

  expect(collector.headers.every((headers) => headers['api-key'] === key)).toBe(true)
  expect(spans.some(({ name }) => name.includes('probe'))).toBe(true)
  expect(spans.filter(({ name }) => name.startsWith('moveStalledJobsToWait'))).toEqual([])
  expect(spans.filter(({ attributes }) => 'bullmq.job.result' in attributes)).toEqual([])
  const passwords = (['bot', 'jobs', 'diagnostics'] as const).map(
    (name) => new URL(chat.sandbox.environment(name).REDIS_URL ?? '').password,
  )
  const readable = { traces: collector.raw(), logs: chat.processes.flatMap(({ output }) => output).join('\n') }
  for (const [place, text] of Object.entries(readable)) {
    for (const secret of [...passwords, key, keys.secret, workspace.botToken, workspace.signingSecret, 's3cret plans', 'Bearer '])
      expect(text.includes(secret), `${secret} in ${place}`).toBe(false)
  }
  expect(readable.traces).not.toContain('c4nary')
})

test('what is logged names request, step and trace', async () => {
  const collector = await startTraceCollector()
  const chat = await openChat({ environment: { jobs: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } } })
  chat.sandbox.world.gate = async ({ vendor, method, path }, phase) =>
    phase === 'arrived' && vendor === 'arm' && method === 'PUT' && path.includes('privateEndpoints')
      ? { status: 400, body: { error: { code: 'InvalidRequest', message: 'no' } } }
      : undefined
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
  await chat.people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', '· failed')
  await chat.close()
  await collector.close()
  const lines = chat.processes.flatMap(({ output }) => output).map((line) => JSON.parse(line))
  const failed = lines.find(({ msg }) => msg === 'request failed')
  expect(failed).toMatchObject({
    request: 'PL-1',
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    span_id: expect.any(String),
  })
  expect(collector.spans.map(({ traceId }) => traceId)).toContain(failed.trace_id)
})

test('a collector that is away, slow or refusing delays nothing', async () => {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
  const chat = await openChat({ environment: { bot: environment, jobs: environment } })
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
  await chat.card('approvals', 'awaiting-approval')
  await chat.close()
  expect(chat.processes.flatMap(({ output }) => output).filter((line) => line.includes('"msg":"stopped"'))).toHaveLength(3)
})
