import { isUp } from '../../domain/diagnosis/control-facts.ts'
import type { ControlPlane, Evidence, NetworkEvidence } from '../../domain/diagnosis/evidence.ts'
import { toProblem } from '../../domain/errors.ts'
import { livingIdsOf, type Survey } from '../../domain/survey.ts'
import type { Network } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { InventoryStore } from '../../redis/records.ts'
import type { SurveyStore } from '../../redis/survey.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from '../services/inventory.ts'
import type { Named } from '../services/target.ts'
import { readControlPlane } from './control-plane.ts'

export interface LookJobs {
  readonly clouds: Clouds
  readonly survey: Pick<SurveyStore, 'read'>
  readonly catalog: Pick<Catalog, 'current'>
  readonly inventory: Pick<InventoryStore, 'read' | 'learn'>
  readonly log: Log
}

export interface LookOptions {
  readonly signal: AbortSignal
  /** `/ping` is asked whatever the service's state is. */
  readonly wake?: boolean
  /** Nobody waits: the calls of the ClickHouse Cloud API are shared with all that look in the background. */
  readonly background?: boolean
  /** The look ends by then, whatever does not answer; in milliseconds. */
  readonly withinMs?: number
}

const defaultWithinMs = 12_000

export interface Subject extends Named {
  readonly network: Network
}

/** The clouds have so long to answer, in milliseconds: an incident does not wait for them. */
const controlPlaneWithinMs = 4_500

/** Service, organization, endpoint and zone. */
const parts = 4

/**
 * A service may have fallen asleep since its state was read longer ago than this, in milliseconds. Somebody who waits while ClickHouse Cloud does not say
 * takes an older state for true, but not for ever.
 */
const [recentMs, oldMs] = [60_000, 10 * 60_000]

/** A second look is worth its time only so soon after the first began, and both together end by then; in milliseconds. */
const [secondLookWithinMs, bothWithinMs] = [2_400, 4_800]

/**
 * Looks at one service from one network, at both planes at the same time. `/ping` is asked only of a service that is up, because it would wake one that
 * sleeps, unless `wake` says that this is meant.
 */
export async function lookAt(
  subject: Subject,
  jobs: LookJobs,
  { signal, wake = false, background = false, withinMs = defaultWithinMs }: LookOptions,
): Promise<Evidence> {
  const { host, service, network } = subject
  const { log } = jobs
  const startedAt = performance.now()
  const until = startedAt + withinMs
  const reading = readControlPlane(
    subject,
    { ...jobs, background },
    { signal, withinMs: Math.min(controlPlaneWithinMs, withinMs) },
  )
  reading.catch(() => undefined)
  // Where nobody waits, the look follows what is known: it is made once, and wakes nobody.
  const early = background ? await reading : undefined
  const survey = await jobs.survey.read().catch(() => undefined)
  const hint = early?.endpoint?.address ?? (survey && lastAddress(subject, survey))
  const livingIds = survey && livingIdsOf(service.id, survey)
  const look = (expectedAddress: string | undefined, quiet: boolean, deadlineMs?: number): Promise<NetworkEvidence | undefined> =>
    jobs.clouds.prober.probe(
      network.name,
      {
        host,
        ...(expectedAddress !== undefined && { expectedAddress }),
        ...(quiet && { quiet }),
        ...(deadlineMs !== undefined && { deadlineMs }),
      },
      { signal, withinMs: until - performance.now(), background },
    )
  const state = early === undefined ? await recentState(service, jobs) : stateOf(early)
  const quiet = !wake && !isUp(state)
  const [workers, plane, [first, workerProblem]] = await Promise.all([
    jobs.clouds.prober.workers(network.name).catch(() => undefined),
    reading,
    look(hint, quiet).then(
      (seen) => [seen, undefined] as const,
      (error: unknown) => {
        signal.throwIfAborted()
        log.warn({ err: error, network: network.name }, 'not looked at from inside')
        return [undefined, toProblem(error)] as const
      },
    ),
  ])
  const [controlPlane, problem] = knownOf(plane)

  const address = controlPlane?.endpoint?.address
  const mayPing = wake || isUp(background ? stateOf(plane) : controlPlane?.serviceState)
  let networkPlane = first
  const elapsedMs = performance.now() - startedAt
  if (first !== undefined && elapsedMs < secondLookWithinMs) {
    const elsewhere = address !== undefined && address !== hint && first.address?.dialled !== address
    const unasked = quiet && mayPing && first['tls:8443']?.verified === true
    const again = () => look(address ?? hint, !mayPing, Math.floor(bothWithinMs - elapsedMs)).catch(() => undefined)
    if (elsewhere || unasked) networkPlane = (await again()) ?? first
    signal.throwIfAborted()
  }
  const clockAheadMs = clockAhead(networkPlane ?? first, jobs.clouds.clickhouse.now())
  return {
    host,
    network: network.name,
    service: service.name,
    ...(networkPlane !== undefined && { networkPlane }),
    ...(workers !== undefined && { workers: workers.map(({ version, startedAt }) => ({ version, startedAt })) }),
    ...(first === undefined && (workerProblem === undefined ? { workerAbsent: true as const } : { workerProblem })),
    ...(controlPlane !== undefined && {
      controlPlane: { ...controlPlane, ...(livingIds !== undefined && { livingIds }) },
    }),
    ...(problem !== undefined && { controlPlaneProblem: problem }),
    ...(clockAheadMs !== undefined && { clockAheadMs }),
  }
}

/** The endpoint's address as last seen in the background: good enough to look there while Azure is being asked. */
function lastAddress({ service, network }: Subject, { cells }: Survey): string | undefined {
  return cells.find((cell) => cell.service.id === service.id && cell.network === network.name)?.endpoint?.address
}

/** Nothing of a control plane of which no part is known; the reasons are then all that there is to say. */
function knownOf(plane: ControlPlane): readonly [ControlPlane | undefined, string | undefined] {
  const { allowList, asOf, unread = {}, serviceState: _, ...others } = plane
  const isBare = allowList === undefined && Object.keys(unread).length === parts
  if (isBare) return [undefined, [...new Set(Object.values(unread))].join(' ')]
  if (asOf === undefined || allowList === undefined || isWithin(oldMs, asOf)) return [plane, undefined]
  return [{ ...others, allowList, asOf, unread: { service: 'ClickHouse Cloud did not answer in time.', ...unread } }, undefined]
}

/** Unknown unless it was read a moment ago. */
function stateOf({ serviceState, asOf }: ControlPlane): string | undefined {
  return asOf === undefined || isWithin(recentMs, asOf) ? serviceState : undefined
}

/** As the background has read it a moment ago: good enough to ask `/ping` before the clouds have answered. */
async function recentState({ id, organizationId }: Subject['service'], { inventory }: LookJobs): Promise<string | undefined> {
  const known = await inventory.read().catch(() => undefined)
  const readAt = known?.keptFrom?.[organizationId] ?? known?.readAt
  if (readAt === undefined || !isWithin(recentMs, readAt)) return undefined
  return known?.services.find((service) => service.id === id)?.state
}

function isWithin(ms: number, at: string): boolean {
  return Date.now() - Date.parse(at) <= ms
}

/** The network was looked at a moment ago; a certificate's time is judged in minutes. */
function clockAhead(seen: NetworkEvidence | undefined, vendorNow: string | undefined): number | undefined {
  return seen?.clock === undefined || vendorNow === undefined ? undefined : Date.parse(seen.clock.at) - Date.parse(vendorNow)
}
