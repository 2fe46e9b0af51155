import type { JobsConfig } from '../config.ts'
import { allOf } from '../http/health.ts'
import type { redisBudget } from '../redis/budget.ts'
import type { Connection } from '../redis/connection.ts'
import { openQueues } from '../redis/open-queues.ts'
import { workersOf } from '../redis/presence.ts'
import { queueCounts } from '../redis/queue-counts.ts'
import { outboxQueue, probeQueue, watchQueue, workQueue } from '../redis/queues.ts'
import { isPaused, redisProblem } from '../redis/readiness.ts'
import type { RunningWorker } from '../redis/worker.ts'

/** What is seen of the jobs process from outside. What counts and what serves is loaded only where somebody wants to look. */

type OpenMetrics = Awaited<ReturnType<typeof openMetrics>>

export async function openMetrics(
  { networks, clickhouse: { organizations } }: JobsConfig,
  redis: Connection,
  budget: ReturnType<typeof redisBudget>,
) {
  const { createJobsMetrics } = await import('./metrics.ts')
  return createJobsMetrics({
    networks: networks.map(({ name }) => name),
    subscriptions: networks.flatMap(({ subscription, dns }) => [subscription, dns.subscription]),
    organizations: organizations.map(({ organizationName }) => organizationName),
    queues: () => queueCounts(redis, queuesOf(networks)),
    workers: async (network) => (await workersOf(redis, network)).length,
    budgetLeft: (name) => budget.left(organizations.find((each) => each.organizationName === name)?.keyId ?? ''),
    redisProblem: () => redisProblem(redis, 'jobs'),
  })
}

/** Serves metrics, health and, where it has a password, the queue dashboard, until `opened` is closed. Returns where. */
export async function serveWatched(
  { metrics: address, dashboard, networks }: JobsConfig,
  metrics: OpenMetrics,
  redis: Connection,
  /** By queue. */
  workers: Readonly<Record<string, RunningWorker>>,
  opened: AsyncDisposableStack,
): Promise<{ readonly metricsPort?: number }> {
  if (address === undefined) return {}
  const readiness = async () => {
    const reached = await redisProblem(redis, 'jobs')
    const problems = Object.entries(workers).map(async ([queue, worker]) => {
      const paused = reached === undefined && (await isPaused(redis, queue)) ? 'its queue is paused' : undefined
      return [queue, worker.problem() ?? paused]
    })
    return allOf({ redis: reached, ...Object.fromEntries(await Promise.all(problems)) })
  }
  const { startMetricsPort } = await import('../metrics/metrics-port.ts')
  const board = dashboard && (await import('./queue-dashboard.ts'))
  const folders = board && {
    [board.dashboardPath]: board.createQueueDashboard(opened.use(openQueues(redis, queuesOf(networks))), dashboard),
  }
  const { port } = opened.use(await startMetricsPort(address, metrics.register, readiness, folders))
  return { metricsPort: port }
}

function queuesOf(networks: JobsConfig['networks']): readonly string[] {
  return [workQueue, watchQueue, outboxQueue, ...networks.map(({ name }) => probeQueue(name))]
}
