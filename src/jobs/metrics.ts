import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { AroundCall } from '../domain/cloud-call.ts'
import { rules } from '../domain/diagnosis/rules/all.ts'
import type { StepId } from '../domain/plan.ts'
import { createRegistry, type ProcessReadings } from '../metrics/process-metrics.ts'
import { atMostEvery, oneOf, readGauge } from '../metrics/registry.ts'
import { type CountTransition, countTransitions } from '../metrics/request-transitions.ts'
import type { StepOutcome } from './requests/run.ts'
import { procedures } from './steps/procedure.ts'

export interface JobsReadings extends ProcessReadings {
  /** Those of the configuration: only these become values of labels. */
  readonly networks: readonly string[]
  readonly subscriptions: readonly string[]
  readonly organizations: readonly string[]
  /** How many diagnostics workers of a network live. */
  workers(network: string): Promise<number>
  /** How many calls may go out at once with the key of an organization. */
  budgetLeft(organization: string): Promise<number>
}

/** What the jobs process counts while it runs. */
export interface JobsMetrics {
  readonly around: AroundCall
  quotaLeft(subscription: string, kind: string, count: number): void
  stepped(step: StepId, outcome: StepOutcome, seconds: number): void
  judged(code: string): void
  readonly changed: CountTransition
}

const callBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const stepBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800]

export function createJobsMetrics(readings: JobsReadings): JobsMetrics & { readonly register: Registry } {
  const register = createRegistry(readings)
  const registers = [register]
  const calls = new Counter({
    name: 'privatelink_cloud_calls_total',
    help: 'Calls to the APIs of the clouds, by vendor and class of the answer\'s status; "none" is a call that was not answered.',
    labelNames: ['vendor', 'status'],
    registers,
  })
  const callSeconds = new Histogram({
    name: 'privatelink_cloud_call_duration_seconds',
    help: 'Time that calls to the APIs of the clouds took, each attempt by itself.',
    labelNames: ['vendor'],
    buckets: callBuckets,
    registers,
  })
  const quota = new Gauge({
    name: 'privatelink_azure_quota_remaining_calls',
    help: 'Calls that Azure said are left to this process, by subscription and kind of call.',
    labelNames: ['subscription', 'kind'],
    registers,
  })
  const steps = new Histogram({
    name: 'privatelink_step_duration_seconds',
    help: 'Time that the steps of approved requests took, by outcome.',
    labelNames: ['step', 'outcome'],
    buckets: stepBuckets,
    registers,
  })
  const verdicts = new Counter({
    name: 'privatelink_verdicts_total',
    help: 'Verdicts of diagnoses, watches and verifications, by code.',
    labelNames: ['code'],
    registers,
  })
  const changed = countTransitions(register)
  addReadings(register, readings)
  const label = {
    step: oneOf(Object.values(procedures).flatMap((all) => all.map(({ id }) => id))),
    code: oneOf(['healthy', ...rules.map(({ code }) => code)]),
    subscription: oneOf(readings.subscriptions.map((id) => id.toLowerCase())),
  }
  return {
    register,
    async around({ vendor }, send) {
      const end = callSeconds.startTimer({ vendor })
      let status = 'none'
      try {
        const answer = await send()
        status = statusClass(answer.status)
        return answer
      } finally {
        end()
        calls.inc({ vendor, status })
      }
    },
    quotaLeft: (subscription, kind, count) =>
      quota.set({ subscription: label.subscription(subscription.toLowerCase()), kind }, count),
    stepped: (step, outcome, seconds) => steps.observe({ step: label.step(step), outcome }, seconds),
    judged: (code) => verdicts.inc({ code: label.code(code) }),
    changed,
  }
}

function addReadings(register: Registry, { networks, organizations, workers, budgetLeft }: JobsReadings): void {
  const of = async (names: readonly string[], name: string, read: (each: string) => Promise<number>) =>
    await Promise.all(names.map(async (each) => ({ labels: { [name]: each }, value: await read(each) })))
  readGauge(register, {
    name: 'privatelink_diagnostics_workers',
    help: 'Diagnostics workers whose heartbeat is recent, by network. Take the maximum over instances.',
    labelNames: ['network'],
    read: atMostEvery(() => of(networks, 'network', workers)),
  })
  readGauge(register, {
    name: 'privatelink_clickhouse_budget_remaining_calls',
    help: 'Calls to the ClickHouse Cloud API that may go out at once, by organization, of 10 in 10 s for each key.',
    labelNames: ['organization'],
    read: atMostEvery(() => of(organizations, 'organization', budgetLeft)),
  })
}

/** `2xx` to `5xx`; 429 by itself, because it says something else than other refusals. */
function statusClass(status: number): string {
  return status === 429 ? '429' : `${Math.min(5, Math.max(1, Math.floor(status / 100)))}xx`
}
