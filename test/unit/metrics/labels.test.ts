import { expect, test } from 'vitest'
import type { Declined } from '../../../src/bot/chat/chat-metrics.ts'
import { declinedReasons } from '../../../src/bot/chat/chat-metrics.ts'
import { rules } from '../../../src/domain/diagnosis/rules/all.ts'
import type { StepId } from '../../../src/domain/plan.ts'
import { procedures } from '../../../src/jobs/steps/procedure.ts'
import { botMetrics, diagnosticsMetrics, jobsMetrics } from './registries.ts'

/** Values of labels are few, whatever people and vendors send: each one is a series that Prometheus keeps. */

const hostile = Array.from({ length: 500 }, (_, index) => `x${index}"\n{}<@U1>`)

async function seriesOf(register: { metrics(): Promise<string> }, name: string): Promise<readonly string[]> {
  const text = await register.metrics()
  return text.split('\n').filter((line) => line.startsWith(`${name}{`))
}

test('commands, refusals and clicks', async () => {
  const metrics = botMetrics()
  for (const text of hostile) {
    metrics.commanded(text, 'slack')
    metrics.declined(text as Declined)
    metrics.refused(text as 'replayed')
  }
  for (const name of ['privatelink_commands_total', 'privatelink_declined_clicks_total', 'privatelink_refused_requests_total'])
    expect(await seriesOf(metrics.register, name)).toEqual([expect.stringMatching(/="other".* 500$/)])
})

test('every reason for declining a click is counted as itself', async () => {
  const metrics = botMetrics()
  for (const why of declinedReasons) metrics.declined(why)
  expect(await seriesOf(metrics.register, 'privatelink_declined_clicks_total')).toHaveLength(declinedReasons.length)
  expect(await seriesOf(metrics.register, 'privatelink_declined_clicks_total')).not.toContainEqual(
    expect.stringContaining('other'),
  )
})

test('steps, verdicts and subscriptions', async () => {
  const metrics = jobsMetrics()
  for (const text of hostile) {
    metrics.stepped(text as StepId, 'changed', 1)
    metrics.judged(text)
    metrics.quotaLeft(text, 'reads', 3)
  }
  for (const name of [
    'privatelink_step_duration_seconds_count',
    'privatelink_verdicts_total',
    'privatelink_azure_quota_remaining_calls',
  ])
    expect(await seriesOf(metrics.register, name)).toEqual([expect.stringContaining('="other"')])
})

test('every step and every code is counted as itself', async () => {
  const metrics = jobsMetrics()
  const steps = new Set(Object.values(procedures).flatMap((all) => all.map(({ id }) => id)))
  const codes = new Set(['healthy', ...rules.map(({ code }) => code)])
  for (const id of steps) metrics.stepped(id, 'changed', 1)
  for (const code of codes) metrics.judged(code)
  metrics.quotaLeft('B0F7C1D2-3E4A-4B5C-8D6E-7F8091A2B3C4', 'reads', 3)
  expect(await seriesOf(metrics.register, 'privatelink_step_duration_seconds_count')).toHaveLength(steps.size)
  expect(await seriesOf(metrics.register, 'privatelink_verdicts_total')).toHaveLength(codes.size)
  expect(await seriesOf(metrics.register, 'privatelink_azure_quota_remaining_calls')).toEqual([
    expect.stringContaining('subscription="b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4"'),
  ])
})

test.each([
  [200, '2xx'],
  [202, '2xx'],
  [404, '4xx'],
  [429, '429'],
  [503, '5xx'],
  [0, '1xx'],
  [799, '5xx'],
])('a call that was answered with %i counts as %s', async (status, expected) => {
  const metrics = jobsMetrics()
  expect(await metrics.around({ vendor: 'azure', method: 'GET', url: 'https://a/b' }, async () => ({ status }))).toEqual({
    status,
  })
  expect(await seriesOf(metrics.register, 'privatelink_cloud_calls_total')).toEqual([
    `privatelink_cloud_calls_total{vendor="azure",status="${expected}"} 1`,
  ])
})

test('a call that was not answered is counted, and fails as before', async () => {
  const metrics = jobsMetrics()
  const sending = metrics.around({ vendor: 'azure', method: 'GET', url: 'https://a/b' }, () => Promise.reject(new Error('away')))
  await expect(sending).rejects.toThrow('away')
  expect(await seriesOf(metrics.register, 'privatelink_cloud_calls_total')).toEqual([
    'privatelink_cloud_calls_total{vendor="azure",status="none"} 1',
  ])
})

test.each(Object.entries({ bot: botMetrics, jobs: jobsMetrics, diagnostics: diagnosticsMetrics }))(
  'names of the %s process follow the conventions of Prometheus',
  async (_process, create) => {
    const own = (await create().register.getMetricsAsJSON()).filter(({ name }) => name.startsWith('privatelink_'))
    expect(own.length).toBeGreaterThan(3)
    // prom-client's types leave out that this is a name.
    for (const { name, type, help } of own as readonly { name: string; type: unknown; help: string }[]) {
      expect(name.endsWith('_total'), name).toBe(String(type) === 'counter')
      expect(name).not.toMatch(/milli|_ms\b|minutes|percent/)
      expect(help).toMatch(/\.$/)
    }
  },
)
