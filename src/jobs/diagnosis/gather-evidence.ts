import { setTimeout as sleep } from 'node:timers/promises'
import { isUp } from '../../domain/diagnosis/control-facts.ts'
import type { ControlPlane, Evidence, NetworkEvidence } from '../../domain/diagnosis/evidence.ts'
import { toProblem } from '../../domain/errors.ts'
import { livingIdsOf, type Survey } from '../../domain/survey.ts'
import type { Log } from '../../log.ts'
import type { InventoryStore } from '../../redis/records.ts'
import type { SurveyStore } from '../../redis/survey.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from '../services/inventory.ts'
import { readControlPlane, type Subject } from './control-plane.ts'

export interface EvidenceSources {
  readonly clouds: Clouds
  readonly survey: Pick<SurveyStore, 'read'>
  readonly catalog: Pick<Catalog, 'current'>
  readonly inventory: Pick<InventoryStore, 'read' | 'learn'>
  readonly log: Log
}

export interface EvidenceOptions {
  readonly signal: AbortSignal
  /** Sends `/ping` whatever the service's state is. */
  readonly wake?: boolean
  /** No person waits: the lists of ClickHouse Cloud may be some seconds old, so that one call serves all watches. */
  readonly background?: boolean
  /** Waits for the newest lists of ClickHouse Cloud, and probes after they have been read. */
  readonly patient?: boolean
  /** The caller looks again where the newest lists are missing. */
  readonly follows?: boolean
  /** The longest time until the evidence is returned, in milliseconds, whatever does not answer. */
  readonly withinMs?: number
}

const defaultWithinMs = 12_000

/** How long Azure and ClickHouse Cloud may take to answer, in milliseconds. */
const controlPlaneWithinMs = 4_500

/** The same where the newest lists are waited for: longer than the window of ClickHouse Cloud's limit of calls. */
const patientPlaneWithinMs = 20_000

/** How many parts a control plane has: service, organization, endpoint and zone. */
const parts = 4

/**
 * Ages of a service's state, in milliseconds. Up to `recentMs` it decides whether `/ping` is sent. Up to `oldMs` it is evidence, where ClickHouse Cloud does
 * not answer now.
 */
const [recentMs, oldMs] = [60_000, 10 * 60_000]

/** A second probe begins only this soon after the start of the first, and both together end by `bothWithinMs`; in milliseconds. */
const [secondProbeWithinMs, bothWithinMs] = [2_400, 4_800]

/** How long the first probe may take until a second one begins beside it, in milliseconds: a resolver that works answers much sooner. */
const slowProbeMs = 1_000

/**
 * Reads the control plane and probes from inside the network, both at the same time. `/ping` is sent only to a service that is up, because it would wake one
 * that is idle, unless `wake` is set.
 */
export async function gatherEvidence(
  subject: Subject,
  jobs: EvidenceSources,
  { signal, wake = false, background = false, patient = false, follows = false, withinMs = defaultWithinMs }: EvidenceOptions,
): Promise<Evidence> {
  const { host, service, network } = subject
  const { log } = jobs
  const begunAt = performance.now()
  const until = begunAt + withinMs
  const reading = readControlPlane(
    subject,
    { ...jobs, background, patient },
    { signal, withinMs: Math.min(patient ? patientPlaneWithinMs : controlPlaneWithinMs, withinMs) },
  )
  reading.catch(() => undefined)
  // In the background the control plane is read first, so that one probe is enough and wakes no service.
  const early = background || patient ? await reading : undefined
  // In the background the control plane may take its time before the probe begins; the probes are timed from here.
  const startedAt = early === undefined ? begunAt : performance.now()
  const survey = await jobs.survey.read().catch(() => undefined)
  const hint = early?.endpoint?.address ?? (survey && lastAddress(subject, survey))
  const livingIds = survey && livingIdsOf(service.id, survey)
  const probe = (
    expectedAddress: string | undefined,
    quiet: boolean,
    deadlineMs?: number,
  ): Promise<NetworkEvidence | undefined> =>
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
  const firstProbe = probe(hint, quiet).then(
    (seen) => [seen, undefined] as const,
    (error: unknown) => {
      signal.throwIfAborted()
      log.warn({ err: error, network: network.name }, 'no evidence from inside the network')
      return [undefined, toProblem(error)] as const
    },
  )
  const probeAgain = (address: string | undefined, silently: boolean) =>
    probe(address, silently, Math.floor(bothWithinMs - (performance.now() - startedAt))).catch(() => undefined)
  // A resolver that hangs holds the first probe up. The endpoint's address is known by then, so a second one need not wait for its end.
  const meanwhile = reading.then(async ({ endpoint, serviceState }) => {
    if (endpoint?.address === undefined || endpoint.address === hint) return undefined
    const isSlow = sleep(Math.max(0, slowProbeMs - (performance.now() - startedAt)), true, { signal })
    return (await Promise.race([firstProbe, isSlow])) === true
      ? await probeAgain(endpoint.address, !wake && !isUp(serviceState))
      : undefined
  })
  meanwhile.catch(() => undefined)
  const [workers, plane, [first, workerProblem]] = await Promise.all([
    jobs.clouds.prober.workers(network.name).catch(() => undefined),
    reading,
    firstProbe,
  ])
  const [controlPlane, problem] = knownOf(plane)

  const address = controlPlane?.endpoint?.address
  const mayPing = wake || isUp(background ? stateOf(plane) : controlPlane?.serviceState)
  let networkPlane = first
  const elapsedMs = performance.now() - startedAt
  if (first !== undefined) {
    const elsewhere = address !== undefined && address !== hint && first.address?.dialled !== address
    const unasked = quiet && mayPing && first['tls:8443']?.verified === true
    const inTime = elapsedMs < secondProbeWithinMs
    if (elsewhere || unasked)
      networkPlane = (await meanwhile) ?? (inTime ? await probeAgain(address ?? hint, !mayPing) : first) ?? first
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
    ...(follows && controlPlane?.asOf !== undefined && { listsFollow: true as const }),
  }
}

/** The endpoint's address in the last survey: where to probe while Azure is being asked. */
function lastAddress({ service, network }: Subject, { networks, rows }: Survey): string | undefined {
  return rows.find((row) => row.service.id === service.id)?.states[networks.indexOf(network.name)]?.endpoint?.address
}

/** Returns the control plane and, when every part failed, undefined with the reasons. A service's state that is too old becomes unread. */
function knownOf(plane: ControlPlane): readonly [ControlPlane | undefined, string | undefined] {
  const { allowList, asOf, unread = {}, serviceState: _, ...others } = plane
  const isBare = allowList === undefined && Object.keys(unread).length === parts
  if (isBare) return [undefined, [...new Set(Object.values(unread))].join(' ')]
  if (asOf === undefined || allowList === undefined || isWithin(oldMs, asOf)) return [plane, undefined]
  return [{ ...others, allowList, asOf, unread: { service: 'ClickHouse Cloud did not answer in time.', ...unread } }, undefined]
}

/** The service's state; undefined when it was read longer than `recentMs` ago. */
function stateOf({ serviceState, asOf }: ControlPlane): string | undefined {
  return asOf === undefined || isWithin(recentMs, asOf) ? serviceState : undefined
}

/** The service's state in the stored inventory, for a probe that begins before ClickHouse Cloud answers; undefined when it is older than `recentMs`. */
async function recentState(
  { id, organizationId }: Subject['service'],
  { inventory }: EvidenceSources,
): Promise<string | undefined> {
  const known = await inventory.read().catch(() => undefined)
  const readAt = known?.keptFrom?.[organizationId] ?? known?.readAt
  if (readAt === undefined || !isWithin(recentMs, readAt)) return undefined
  return known?.services.find((service) => service.id === id)?.state
}

function isWithin(ms: number, at: string): boolean {
  return Date.now() - Date.parse(at) <= ms
}

/** How far the worker's clock is ahead of ClickHouse Cloud's, in milliseconds. The probe's own time is ignored: certificates are judged in minutes. */
function clockAhead(seen: NetworkEvidence | undefined, vendorNow: string | undefined): number | undefined {
  return seen?.clock === undefined || vendorNow === undefined ? undefined : Date.parse(seen.clock.at) - Date.parse(vendorNow)
}
