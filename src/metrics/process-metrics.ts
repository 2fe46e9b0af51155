import { collectDefaultMetrics, Registry } from 'prom-client'
import type { QueueCounts } from '../redis/queue-counts.ts'
import { atMostEvery, readGauge } from './registry.ts'

/** What every process reads when its metrics are asked for. */
export interface ProcessReadings {
  /** Of the queues that it knows. */
  queues(): Promise<readonly QueueCounts[]>
  redisProblem(): Promise<string | undefined>
}

/** A registry with what every process tells: of Node, the delay of its event loop among it, of queues and of Redis. */
export function createRegistry({ queues, redisProblem }: ProcessReadings): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  addQueueMetrics(register, queues)
  addRedisMetric(register, redisProblem)
  return register
}

/** How full queues are. Every process that knows a queue tells the same of it: take the maximum over instances, not the sum. */
function addQueueMetrics(register: Registry, read: () => Promise<readonly QueueCounts[]>): void {
  const counts = atMostEvery(read)
  readGauge(register, {
    name: 'privatelink_queue_jobs',
    help: 'Jobs of a queue, by state. Take the maximum over instances.',
    labelNames: ['queue', 'state'],
    async read() {
      return (await counts()).flatMap(({ queue, waiting, active, delayed }) =>
        Object.entries({ waiting, active, delayed }).map(([state, value]) => ({ labels: { queue, state }, value })),
      )
    },
  })
  readGauge(register, {
    name: 'privatelink_queue_oldest_job_age_seconds',
    help: 'Age of the job that a queue hands out next; 0 while none waits. Take the maximum over instances.',
    labelNames: ['queue'],
    async read() {
      return (await counts()).map(({ queue, oldestSeconds }) => ({ labels: { queue }, value: oldestSeconds }))
    },
  })
}

/** 1 while the process reaches Redis and can do with it what its work needs, else 0. */
function addRedisMetric(register: Registry, problem: () => Promise<string | undefined>): void {
  readGauge(register, {
    name: 'privatelink_redis_ready',
    help: '1 while Redis takes what this process writes, else 0.',
    read: async () => [{ value: (await problem()) === undefined ? 1 : 0 }],
  })
}
