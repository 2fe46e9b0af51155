import type { Evidence } from '../../domain/diagnosis/evidence.ts'
import type { Verdict } from '../../domain/diagnosis/finding.ts'
import { judge } from '../../domain/diagnosis/judge.ts'
import { rules } from '../../domain/diagnosis/rules/all.ts'
import { TerminalError } from '../../domain/errors.ts'
import { until } from '../patience.ts'
import type { Step, StepContext } from '../step.ts'

/** Resolvers may remember for a while that the name did not exist, and admission takes a moment to spread. */
const grace = { everyMs: 5_000, withinMs: 60_000 }

/** Looks from inside the network until the path is healthy. */
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
    const { facts, signal } = context
    const look = async (): Promise<Verdict | undefined> => {
      const verdict = judge(rules, await gather(context))
      facts.verdict = verdict
      return verdict.code === 'healthy' || verdict.code === 'worker-absent' ? verdict : undefined
    }
    await until(look, grace, signal)
    if (facts.verdict === undefined || facts.verdict.code === 'healthy') return
    throw new TerminalError(
      facts.verdict.code,
      `Everything is in place, but it could not be seen to work from ${context.target.network.name}: ${facts.verdict.title}.`,
      {
        remedy: facts.verdict.remedy.text,
      },
    )
  },
}

/** The control plane as the steps before have just seen it, and a fresh look from inside. */
async function gather({ target, clouds, facts, signal }: StepContext): Promise<Evidence> {
  const { service, network, host, alias } = target
  const address = facts.endpoint?.address
  const networkPlane = await clouds.prober.probe(
    network.name,
    { host, ...(address !== undefined && { expectedAddress: address }) },
    signal,
  )
  const { endpoint, zone } = facts
  const record = facts.records?.find(({ name }) => name === host.split('.')[0]) ?? facts.records?.find(({ name }) => name === '*')
  return {
    host,
    network: network.name,
    service: service.name,
    ...(networkPlane === undefined ? { workerAbsent: true as const } : { networkPlane }),
    controlPlane: {
      serviceState: facts.serviceState ?? service.state,
      host,
      alias,
      ...(endpoint !== undefined && {
        endpoint: {
          id: endpoint.id,
          guid: endpoint.guid ?? '',
          connection: endpoint.connection,
          alias: endpoint.connectsTo,
          ...(endpoint.address !== undefined && { address: endpoint.address }),
        },
      }),
      ...(zone !== undefined && { zone: { id: zone.id, linked: zone.link?.completed === true } }),
      ...(record !== undefined && { record: { name: record.name, addresses: record.addresses } }),
      organizationIds: facts.organization?.ids ?? [],
      allowList: facts.allowList ?? [],
    },
  }
}
