import { expect, test } from 'vitest'
import type { ProcessName } from '../../sandbox/processes.ts'
import { openChat } from './chat.ts'

test('what people did and what it took is counted, in each process with its own Redis user', async () => {
  const port = { METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' }
  const chat = await openChat({ environment: { bot: port, jobs: port, diagnostics: port } })
  const metricsOf = async (name: ProcessName): Promise<string> => {
    const ready = chat.processes.find((process) => process.name === name)?.output.find((line) => line.includes('"msg":"ready"'))
    return await (await fetch(`http://127.0.0.1:${JSON.parse(ready ?? '{}').metricsPort}/metrics`)).text()
  }
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
  const card = await chat.card('approvals', 'awaiting-approval')
  await chat.people.click('alice', card, 'Approve')
  await chat.people.click('bob', card, 'Approve')
  await chat.card('approvals', '· done')
  await chat.people.command('alice', 'frobnicate <script>"\n}')
  await chat.ask('diagnose analytics-prod from prod-westus3', 'healthy')

  const expected: Readonly<Record<ProcessName, readonly RegExp[]>> = {
    bot: [
      /^privatelink_commands_total\{command="setup",chat="slack"\} 1$/m,
      /^privatelink_commands_total\{command="misunderstood",chat="slack"\} 1$/m,
      /^privatelink_declined_clicks_total\{why="own-request"\} 1$/m,
      /^privatelink_acknowledgement_duration_seconds_count\{chat="slack"\} 5$/m,
      /^privatelink_open_requests\{state="applying"\} [01]$/m,
      /^privatelink_unreviewed_requests 0$/m,
      /^privatelink_unshown_requests 0$/m,
      /^privatelink_outbox_lag_seconds [\d.]+$/m,
      /^privatelink_queue_jobs\{queue="outbox",state="waiting"\} 0$/m,
      /^privatelink_queue_jobs\{queue="work",state="active"\} \d$/m,
      /^privatelink_request_transitions_total\{action="setup",state="applying"\} 1$/m,
      /^privatelink_redis_ready 1$/m,
    ],
    jobs: [
      /^privatelink_request_transitions_total\{action="setup",state="done"\} 1$/m,
      /^privatelink_request_transitions_total\{action="setup",state="failed"\} 0$/m,
      /^privatelink_step_duration_seconds_count\{step="private-endpoint",outcome="changed"\} 1$/m,
      /^privatelink_step_duration_seconds_count\{step="verification",outcome="unchanged"\} 1$/m,
      /^privatelink_cloud_calls_total\{vendor="azure",status="2xx"\} [1-9]/m,
      /^privatelink_cloud_calls_total\{vendor="clickhouse",status="2xx"\} [1-9]/m,
      /^privatelink_azure_quota_remaining_calls\{subscription="[0-9a-f-]{36}",kind="reads"\} [1-9]/m,
      /^privatelink_clickhouse_budget_remaining_calls\{organization="acme"\} ([0-9]|10)$/m,
      /^privatelink_verdicts_total\{code="healthy"\} [12]$/m,
      /^privatelink_diagnostics_workers\{network="prod-westus3"\} 1$/m,
    ],
    diagnostics: [
      /^privatelink_probe_duration_seconds_count\{outcome="answered"\} [1-9]/m,
      /^privatelink_heartbeat_age_seconds [\d.]+$/m,
    ],
  }
  for (const name of ['bot', 'jobs', 'diagnostics'] as const) {
    for (const line of expected[name]) await expect.poll(() => metricsOf(name), { timeout: 40_000, interval: 500 }).toMatch(line)
    expect(await metricsOf(name)).not.toContain('frobnicate')
  }
  await chat.close()
})
