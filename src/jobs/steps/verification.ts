import { endpointEvidence, zoneEvidence } from '../../domain/diagnosis/assemble.ts'
import type { Evidence } from '../../domain/diagnosis/evidence.ts'
import type { Verdict } from '../../domain/diagnosis/finding.ts'
import { judge } from '../../domain/diagnosis/judge.ts'
import { rules } from '../../domain/diagnosis/rules/all.ts'
import { TerminalError } from '../../domain/errors.ts'
import { type Reached, zoneNameOf } from '../../domain/target.ts'
import { until } from '../retry.ts'
import type { Step, StepContext } from './step.ts'

/** How long the path may take to become healthy, in milliseconds: resolvers cache that the name did not exist, and a new allow list takes effect late. */
const grace = { everyMs: 5_000, withinMs: 60_000 }

/** How long a restarting diagnostics worker may be absent, in milliseconds. */
const workerGraceMs = 10_000

/** Probes from inside the network until the path to every service is healthy. */
export const verification: Step = {
  id: 'verification',
  title: 'verified from the network',
  resource: ({ network }) => network.name,
  needs: ['connection', 'dns-record', 'network-link'],
  waits: true,

  async plan({ facts }) {
    if (facts.verdict?.code === 'healthy') return { change: { kind: 'none' }, facts: {}, note: facts.verdict.title }
    return { change: { kind: 'update', fields: [{ name: 'verdict', after: 'healthy' }] }, facts: {} }
  },

  async apply(context) {
    const { facts, target, signal } = context
    const workerUntil = performance.now() + workerGraceMs
    const observe = async (): Promise<Verdict | undefined> => {
      const seen = await Promise.all(
        target.services.map(async (reached) => [reached.service.id, judge(rules, await gather(reached, context))] as const),
      )
      facts.verdicts = new Map(seen)
      const verdicts = seen.map(([, verdict]) => verdict)
      const verdict = verdicts.find(({ code }) => code !== 'healthy') ?? verdicts[0]
      if (verdict !== undefined) facts.verdict = verdict
      const settled = verdict?.code === 'healthy' || (verdict?.code === 'worker-absent' && performance.now() > workerUntil)
      return settled ? verdict : undefined
    }
    await until(observe, grace, signal)
    if (facts.verdict === undefined || facts.verdict.code === 'healthy') return
    const { code, title, remedy } = facts.verdict
    throw new TerminalError(
      code,
      `Everything is in place, but it could not be seen to work from ${target.network.name}: ${title}.`,
      { remedy: remedy.text },
    )
  },
}

/** The control plane as the steps before have just read it, and a new probe from inside the network. */
async function gather({ service, host }: Reached, { target, clouds, facts, signal }: StepContext): Promise<Evidence> {
  const { network, alias } = target
  const { endpoint } = facts
  const [zone] = facts.zone === undefined ? await clouds.dns.zones(zoneNameOf(target), network, signal) : [facts.zone]
  const records = facts.records ?? (zone === undefined ? [] : await clouds.dns.aRecords(zone, signal))
  const address = endpoint?.address
  const networkPlane = await clouds.prober.probe(
    network.name,
    { host, ...(address !== undefined && { expectedAddress: address }) },
    { signal },
  )
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
