import type { ControlPlane, Evidence } from '../domain/diagnosis/evidence.ts'
import { judge } from '../domain/diagnosis/judge.ts'
import { rules } from '../domain/diagnosis/rules/all.ts'
import { toProblem } from '../domain/errors.ts'
import type { Network } from '../domain/target.ts'
import { sameId, subnetId, zoneOf } from '../domain/target.ts'
import type { Log } from '../log.ts'
import type { Producer } from '../redis/producer.ts'
import type { Diagnoses } from '../redis/records.ts'
import type { Verdicts } from '../redis/survey.ts'
import type { Catalog } from './inventory.ts'
import { retrying } from './patience.ts'
import type { Clouds } from './step.ts'
import { type Named, networkNamed, type Targets } from './target.ts'

export interface DiagnosisJobs {
  readonly networks: readonly Network[]
  readonly diagnoses: Diagnoses
  readonly verdicts: Verdicts
  readonly producer: Producer
  readonly catalog: Catalog
  readonly targets: Targets
  readonly clouds: Clouds
  readonly log: Log
}

/** Services, their aliases and hosts change slowly; an incident does not wait for them to be read again. */
const namesMaxAgeMs = 10 * 60_000

/** Looks at both planes, judges, and hands the verdict to the outbox. May run twice: it only reads. */
export async function workOnDiagnosis(id: string, jobs: DiagnosisJobs, signal: AbortSignal): Promise<void> {
  const { diagnoses, producer, log } = jobs
  const diagnosis = await diagnoses.get(id)
  if (diagnosis === undefined) return
  if (diagnosis.endedAt !== undefined) return await producer.show({ kind: 'diagnosis', id })
  const end = async (found: object): Promise<void> => {
    await diagnoses.save({ ...diagnosis, ...found, endedAt: new Date().toISOString() })
    await producer.show({ kind: 'diagnosis', id })
  }
  try {
    const network = networkNamed(jobs.networks, diagnosis.asked.network)
    const service = await jobs.catalog.resolve(diagnosis.asked, namesMaxAgeMs, signal)
    const target = { network, ...(await retrying(() => jobs.targets.of(service, namesMaxAgeMs, signal), signal)) }
    const evidence = await gather(target, jobs.clouds, log, signal)
    const verdict = judge(rules, evidence)
    await end({ evidence, verdict })
    await jobs.verdicts.save(service.id, network.name, { ...verdict, at: new Date().toISOString() })
  } catch (error) {
    signal.throwIfAborted()
    log.error({ err: error, diagnosis: id }, 'diagnosis failed')
    await end({ problem: toProblem(error) })
  }
}

interface Subject extends Named {
  readonly network: Network
}

async function gather(target: Subject, clouds: Clouds, log: Log, signal: AbortSignal): Promise<Evidence> {
  const { host, service, network } = target
  const [controlPlane, problem] = await readControlPlane(target, clouds, signal).then(
    (read) => [read, undefined] as const,
    (error: unknown) => {
      log.warn({ err: error }, 'control plane not read')
      return [undefined, toProblem(error).message] as const
    },
  )
  const address = controlPlane?.endpoint?.address
  const networkPlane = await clouds.prober.probe(
    network.name,
    { host, ...(address !== undefined && { expectedAddress: address }) },
    signal,
  )
  return {
    host,
    network: network.name,
    service: service.name,
    ...(networkPlane === undefined ? { workerAbsent: true as const } : { networkPlane }),
    ...(controlPlane !== undefined && { controlPlane }),
    ...(problem !== undefined && { controlPlaneProblem: problem }),
  }
}

/** Azure and ClickHouse Cloud as they are now, asked at the same time. */
async function readControlPlane(
  { service, network, alias, host }: Subject,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<ControlPlane> {
  const { organizationId, id } = service
  const [now, organization, endpoint, zone] = await Promise.all([
    clouds.clickhouse.service(organizationId, id, signal),
    clouds.clickhouse.organization(organizationId, signal),
    endpointFor(alias, network, clouds, signal),
    zoneFor(host, network, clouds, signal),
  ])
  return {
    serviceState: now.state,
    host,
    alias,
    organizationIds: organization.privateEndpoints.map((entry) => entry.id),
    allowList: now.privateEndpointIds,
    ...endpoint,
    ...zone,
  }
}

async function endpointFor(
  alias: string,
  network: Network,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint'>> {
  const all = (await clouds.network.endpoints(network, signal)).filter((endpoint) => sameId(endpoint.subnetId, subnetId(network)))
  const serving = all.filter(({ connectsTo }) => sameId(connectsTo, alias))
  const chosen = serving.find(({ connection }) => connection === 'Approved') ?? serving[0]
  const detail = chosen === undefined ? undefined : await clouds.network.endpoint(network, chosen.name, signal)
  if (detail === undefined) return {}
  const { id, guid, address, connection, connectsTo } = detail
  return { endpoint: { id, guid: guid ?? '', connection, alias: connectsTo, ...(address !== undefined && { address }) } }
}

async function zoneFor(
  host: string,
  network: Network,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'zone' | 'record'>> {
  const [zone] = await clouds.dns.zones(zoneOf(host), network, signal)
  if (zone === undefined) return {}
  const records = await clouds.dns.aRecords(zone, signal)
  const label = host.slice(0, host.indexOf('.')).toLowerCase()
  const record = records.find(({ name }) => name.toLowerCase() === label) ?? records.find(({ name }) => name === '*')
  return {
    zone: { id: zone.id, linked: zone.link?.completed === true },
    ...(record !== undefined && { record: { name: record.name, addresses: record.addresses } }),
  }
}
