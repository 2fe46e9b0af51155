import { endpointEvidence, zoneEvidence } from '../../domain/diagnosis/assemble.ts'
import type { Evidence } from '../../domain/diagnosis/evidence.ts'
import type { Verdict } from '../../domain/diagnosis/finding.ts'
import { judge } from '../../domain/diagnosis/judge.ts'
import { worksWithWarnings } from '../../domain/diagnosis/required.ts'
import { rules } from '../../domain/diagnosis/rules/all.ts'
import { TerminalError } from '../../domain/errors.ts'
import { type Reached, zoneNameOf } from '../../domain/target.ts'
import { until } from '../retry.ts'
import { type Passing, passing } from './passing.ts'
import type { Step, StepContext, ZoneSeen } from './step.ts'

/** How long and how often it is looked, in milliseconds. */
interface Pace {
  readonly everyMs: number
  /** How long what nothing explains may take to pass: a new allow list takes effect late. */
  readonly graceMs: number
  /** How long a restarting diagnostics worker may be absent. */
  readonly workerGraceMs: number
}

/** The worst comes first. */
const order = ['not-working', 'warned', 'healthy'] as const

/** No wait is longer, in milliseconds: each of its causes has an end. */
const longestMs = 30 * 60_000

/** What one look at a service has shown. */
interface Look {
  readonly id: string
  readonly evidence: Evidence
  readonly verdict: Verdict
  /** `warned`: the service answers, and the verdict is about a second way of looking up its name, which no setup mends. */
  readonly seen: 'healthy' | 'warned' | 'not-working'
}

/**
 * Probes from inside the network until the path to every service is healthy, or what is seen does not pass by itself. A service that goes on answering is
 * seen to work, also where a second way of looking up its name fails: that is told with the outcome.
 */
export function verifying({ everyMs, graceMs, workerGraceMs }: Pace): Step {
  return {
    id: 'verification',
    title: 'verified from the network',
    resource: ({ network }) => network.name,
    needs: ['connection', 'dns-record', 'network-link'],
    waits: true,

    async plan({ facts }) {
      const { verdict, works } = facts
      if (verdict !== undefined && works === true) return { change: { kind: 'none' }, facts: {}, note: seenText(verdict) }
      return { change: { kind: 'update', fields: [{ name: 'verdict', after: 'healthy' }] }, facts: {} }
    },

    async apply(context) {
      const { facts, target, signal } = context
      const startedAt = performance.now()
      const linkedAt = facts.linkedAt ?? (isLinking(context) ? startedAt : undefined)
      let waited: Passing | undefined
      let answersSince: number | undefined
      const promised = new Map<string, number>()
      const observe = async (): Promise<'over' | undefined> => {
        const zone = zoneAheadOf(context)
        const looks = await Promise.all(target.services.map((reached) => look(reached, context, zone)))
        facts.verdicts = new Map(looks.map(({ id, verdict }) => [id, verdict]))
        const worst = order.flatMap((kind) => looks.filter(({ seen }) => seen === kind))[0]
        if (worst === undefined) return 'over'
        const { verdict, seen } = worst
        facts.verdict = verdict
        facts.works = seen === 'healthy'
        if (facts.works) return 'over'
        const now = performance.now()
        answersSince = seen === 'warned' ? (answersSince ?? now) : undefined
        if (verdict.code === 'worker-absent') return now > startedAt + workerGraceMs ? 'over' : undefined
        const passes = looks.flatMap(
          (look) => passing(look.verdict, look.evidence, { now, startedAt, ...(linkedAt !== undefined && { linkedAt }) }) ?? [],
        )
        const longest = passes.map((each) => kept(each, promised)).toSorted((a, b) => b.until - a.until)[0]
        // What may pass by itself gets the grace; what is seen for a moment may have been a lost packet.
        const isOver = longest === undefined || now + everyMs > Math.min(longest.until, startedAt + graceMs)
        if (answersSince !== undefined && now - answersSince >= everyMs && isOver) {
          facts.works = true
          return 'over'
        }
        waited = longest ?? waited
        const graceEnds = startedAt + graceMs
        const answers = answersSince !== undefined
        const deadline = Math.max(graceEnds, (answers ? now + everyMs : longest?.until) ?? 0)
        if (!answers && now + everyMs > deadline) return 'over'
        await context.tell?.(noteOf(verdict, longest, deadline - now))
        // A person may cancel meanwhile.
        await context.fence()
        return undefined
      }
      await until(observe, { everyMs, withinMs: longestMs }, signal)
      if (facts.verdict === undefined || facts.works === true) return
      const { code, title, remedy } = facts.verdict
      const seconds = Math.round((performance.now() - startedAt) / 1_000)
      const why = waited === undefined ? '' : ` It was waited for ${seconds} s, because ${waited.why}.`
      throw new TerminalError(
        code,
        `Everything is in place, but it could not be seen to work from ${target.network.name}: ${title}.${why}`,
        { remedy: remedy.text },
      )
    },
  }
}

export const verification: Step = verifying({ everyMs: 5_000, graceMs: 60_000, workerGraceMs: 10_000 })

/** Whether this request makes the link; a worker before this one may have. */
function isLinking({ approved }: StepContext): boolean {
  return approved?.steps.some(({ id, change }) => id === 'network-link' && change.kind !== 'none') === true
}

async function look(reached: Reached, context: StepContext, zone: Promise<ZoneSeen>): Promise<Look> {
  const evidence = await gather(reached, context, zone)
  const verdict = judge(rules, evidence)
  const seen = verdict.code === 'healthy' ? 'healthy' : worksWithWarnings(evidence, verdict) ? 'warned' : 'not-working'
  return { id: reached.service.id, evidence, verdict, seen }
}

/** The end that was told first stays: what passes by itself does not begin anew. */
function kept(each: Passing, promised: Map<string, number>): Passing {
  const until = promised.get(each.why) ?? each.until
  promised.set(each.why, until)
  return { ...each, until }
}

function seenText({ code, title }: Verdict): string {
  return code === 'healthy' ? title : `the service answers over the private endpoint; ${code}: ${title}`
}

/** e.g. `sees dns-record-absent: the link is new …; looks on for 4 min` */
function noteOf({ code, title }: Verdict, passes: Passing | undefined, leftMs: number): string {
  const minutes = Math.floor(leftMs / 60_000)
  const left = minutes >= 1 ? `${minutes} min` : `${Math.max(10, Math.round(leftMs / 10_000) * 10)} s`
  return `sees ${code}: ${passes?.why ?? title}; looks on for ${left} at most`
}

/** The zone as the steps before have just read it, else as it is now. */
export async function zoneOf({ target, clouds, facts, signal }: StepContext): Promise<ZoneSeen> {
  const [zone] = facts.zone === undefined ? await clouds.dns.zones(zoneNameOf(target), target.network, signal) : [facts.zone]
  return { zone, records: facts.records ?? (zone === undefined ? [] : await clouds.dns.aRecords(zone, signal)) }
}

/** What was asked for ahead serves one look: what is not healthy is looked at anew. */
async function zoneAheadOf(context: StepContext): Promise<ZoneSeen> {
  const ahead = context.facts.zoneAhead
  delete context.facts.zoneAhead
  return (await ahead) ?? (await zoneOf(context))
}

/** The control plane as the steps before have just read it, and a new probe from inside the network. */
async function gather(
  { service, host }: Reached,
  { target, clouds, facts, signal }: StepContext,
  zoneSeen: Promise<ZoneSeen>,
): Promise<Evidence> {
  const { network, alias } = target
  const { endpoint } = facts
  const address = endpoint?.address
  const asked = { host, ...(address !== undefined && { expectedAddress: address }) }
  const [{ zone, records }, networkPlane] = await Promise.all([zoneSeen, clouds.prober.probe(network.name, asked, { signal })])
  const list = facts.allowLists?.get(service.id)
  return {
    host,
    network: network.name,
    service: service.name,
    ...(networkPlane === undefined ? { workerAbsent: true as const } : { networkPlane }),
    controlPlane: {
      serviceState: list?.state ?? service.state,
      host,
      alias,
      ...endpointEvidence(endpoint),
      ...zoneEvidence(host, zone, records),
      organizationIds: facts.organization?.entries.map(({ id }) => id) ?? [],
      allowList: list?.entries ?? [],
    },
  }
}
