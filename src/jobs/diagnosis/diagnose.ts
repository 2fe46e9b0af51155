import { changesBetween, snapshotOf } from '../../domain/diagnosis/changes.ts'
import type { Diagnosis, Look } from '../../domain/diagnosis/diagnosis.ts'
import type { Evidence } from '../../domain/diagnosis/evidence.ts'
import { judge } from '../../domain/diagnosis/judge.ts'
import { rules } from '../../domain/diagnosis/rules/all.ts'
import { RetryableError, toProblem } from '../../domain/errors.ts'
import type { Ledger } from '../../domain/ledger.ts'
import type { Network } from '../../domain/target.ts'
import { withLogFields } from '../../log-fields.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Diagnoses } from '../../redis/records.ts'
import type { Verdicts } from '../../redis/survey.ts'
import { type NameJobs, nameOf, strangeHost } from '../services/find-service.ts'
import { networkNamed } from '../services/target.ts'
import type { Subject } from './control-plane.ts'
import { type EvidenceOptions, type EvidenceSources, gatherEvidence } from './gather-evidence.ts'
import { unfinished } from './look-again.ts'
import { memoizedCloud, readOnce } from './memoized-cloud.ts'
import { withWhoChanged } from './who-changed.ts'

export interface DiagnosisJobs extends EvidenceSources, NameJobs {
  readonly networks: readonly Network[]
  readonly diagnoses: Diagnoses
  readonly verdicts: Verdicts
  readonly producer: Producer
  readonly ledger: Pick<Ledger, 'newest'>
  readonly catalog: EvidenceSources['catalog'] & NameJobs['catalog']
  readonly survey: EvidenceSources['survey'] & NameJobs['survey']
  readonly inventory: EvidenceSources['inventory']
}

/** How long gathering evidence may take, in milliseconds: an answer comes within 15 s, and reading who changed what and posting take time too. */
const answerWithinMs = 12_500

/** The same where the newest lists are waited for, beyond the first answer: until the budget of the ClickHouse Cloud API allows a call. */
const patientWithinMs = 30_000

/** How often a result that is not final is looked at again. */
const mostTimes = 3

/** Diagnoses from each network that was asked for, stores the verdicts and has them shown. Looks again when a result is not final. May run twice: it changes nothing in the clouds. */
export async function workOnDiagnosis(id: string, jobs: DiagnosisJobs, signal: AbortSignal): Promise<void> {
  await withLogFields({ diagnosis: id }, () => workOn(id, jobs, signal))
}

async function workOn(id: string, jobs: DiagnosisJobs, signal: AbortSignal): Promise<void> {
  const { diagnoses, producer, log, networks } = jobs
  const diagnosis = await diagnoses.get(id)
  if (diagnosis === undefined) return
  const { again, ...before } = diagnosis
  if (diagnosis.endedAt !== undefined && again === undefined) return await producer.show({ kind: 'diagnosis', id })
  if (again !== undefined) waitUntil(again.at)
  const end = async (found: Partial<Diagnosis>): Promise<void> => {
    await diagnoses.save({ ...before, ...found, endedAt: before.endedAt ?? new Date().toISOString() })
    await producer.show({ kind: 'diagnosis', id })
  }
  const { asked } = diagnosis
  const times = again?.times ?? 0
  const patient = again?.because === 'lists'
  const until = performance.now() + (patient ? patientWithinMs : answerWithinMs)
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  let next: string | undefined
  try {
    const from = asked.network === undefined ? networks : [networkNamed(networks, asked.network)]
    const strange = await strangeHost(asked.service, jobs, signal)
    if (strange !== undefined) return await end({ looks: refused(asked.service, from, strange) })
    const named = await nameOf(asked, jobs, signal)
    const withinMs = until - performance.now()
    const { clouds } = jobs
    const dns = from.length === 1 ? clouds.dns : { ...clouds.dns, ...clouds.dns.forReport(both) }
    const report = {
      ...jobs,
      clouds: { ...clouds, dns, clickhouse: memoizedCloud(clouds.clickhouse, both) },
      survey: { ...jobs.survey, read: readOnce(jobs.survey.read) },
      inventory: { ...jobs.inventory, read: readOnce(jobs.inventory.read) },
    }
    const looks = await Promise.all(
      from.map((network) =>
        diagnose({ network, ...named }, report, {
          signal,
          wake: asked.wake === true,
          withinMs,
          patient,
          follows: times < mostTimes,
        }),
      ),
    )
    const { clickhouse } = report.clouds
    const results = await withWhoChanged(looks, named.service, { ...jobs, clickhouse }, signal)
    const open = times < mostTimes ? unfinished(results) : undefined
    if (open === undefined) return await end({ looks: results })
    const at = new Date(Date.now() + open.afterMs).toISOString()
    await end({ looks: results, again: { at, because: open.because, times: times + 1 } })
    next = at
  } catch (error) {
    signal.throwIfAborted()
    log.error({ err: error, diagnosis: id }, 'diagnosis failed')
    // What the first look saw stays when a later one fails.
    await end(before.looks === undefined ? { problem: toProblem(error) } : {})
  } finally {
    over.abort()
  }
  if (next !== undefined) waitUntil(next)
}

/** Gives the job back to the queue until this time (ISO 8601); does nothing when it has come. */
function waitUntil(at: string): void {
  const retryAfterMs = Date.parse(at) - Date.now()
  if (retryAfterMs <= 0) return
  throw new RetryableError('diagnosis-unfinished', 'The result is shown, and is not final yet: it is looked at again.', {
    remedy: 'None is needed.',
    retryAfterMs,
  })
}

/** The verdict on a host that is no service's private name: judged from the name alone, without a packet. */
function refused(host: string, from: readonly Network[], strange: { readonly nearestHost?: string }): readonly Look[] {
  return from.map(({ name }) => {
    const evidence: Evidence = { host, network: name, hostRefused: true, ...strange }
    return { network: name, verdict: judge(rules, evidence), evidence }
  })
}

/** Gathers and judges the evidence from one network. A failure becomes the `problem` of the result, so that other networks are not affected. */
export async function diagnose(subject: Subject, jobs: DiagnosisJobs, options: EvidenceOptions): Promise<Look> {
  const { service, network } = subject
  try {
    const evidence = await gatherEvidence(subject, jobs, options)
    const verdict = judge(rules, evidence)
    const at = new Date().toISOString()
    const snapshot = snapshotOf(evidence)
    await jobs.verdicts.save(service.id, network.name, { ...verdict, at })
    const last = await jobs.verdicts.lastHealthy(service.id, network.name)
    const isHealthy = verdict.code === 'healthy'
    if (isHealthy) await jobs.verdicts.saveHealthy(service.id, network.name, { at, snapshot })
    const changes = last === undefined ? [] : changesBetween(last.snapshot, snapshot)
    const since = last === undefined || (isHealthy && changes.length === 0) ? undefined : { lastHealthyAt: last.at, changes }
    return { network: network.name, verdict, evidence, ...(since !== undefined && { since }) }
  } catch (error) {
    options.signal.throwIfAborted()
    jobs.log.error({ err: error, network: network.name }, 'a network could not be diagnosed')
    return { network: network.name, problem: toProblem(error) }
  }
}
