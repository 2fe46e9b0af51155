import { type BotReadings, createBotMetrics } from '../../../src/bot/metrics.ts'
import { createDiagnosticsMetrics } from '../../../src/diagnostics/metrics.ts'
import { createJobsMetrics, type JobsReadings } from '../../../src/jobs/metrics.ts'

const queues = async () => [{ queue: 'work', waiting: 0, active: 0, delayed: 0, oldestSeconds: 0 }]
const redisProblem = async () => undefined

/** The metrics of each process as it makes them, with readings from nowhere. */
export function botMetrics(more: Partial<BotReadings> = {}) {
  return createBotMetrics({
    open: async () => ({ states: [], unreviewed: 0 }),
    unshown: async () => 0,
    outboxLag: () => 0,
    queues,
    redisProblem,
    ...more,
  })
}

export function jobsMetrics(more: Partial<JobsReadings> = {}) {
  return createJobsMetrics({
    networks: ['prod'],
    subscriptions: ['b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4'],
    organizations: ['acme'],
    queues,
    workers: async () => 1,
    budgetLeft: async () => 10,
    redisProblem,
    ...more,
  })
}

export function diagnosticsMetrics() {
  return createDiagnosticsMetrics({ queues, redisProblem, heartbeatAge: () => 0 })
}
