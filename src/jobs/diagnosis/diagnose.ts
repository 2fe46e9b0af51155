import { changesBetween, snapshotOf } from '../../domain/diagnosis/changes.ts'
import type { Diagnosis, Look } from '../../domain/diagnosis/diagnosis.ts'
import type { Evidence } from '../../domain/diagnosis/evidence.ts'
import { judge } from '../../domain/diagnosis/judge.ts'
import { rules } from '../../domain/diagnosis/rules/all.ts'
import { toProblem } from '../../domain/errors.ts'
import type { Ledger } from '../../domain/ledger.ts'
import type { Network } from '../../domain/target.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Diagnoses } from '../../redis/records.ts'
import type { Verdicts } from '../../redis/survey.ts'
import { type NameJobs, nameOf, strangeHost } from '../services/find-service.ts'
import { networkNamed } from '../services/target.ts'
import { type LookJobs, type LookOptions, lookAt, type Subject } from './gather-evidence.ts'
import { askedOnce } from './memoized-cloud.ts'
import { explained } from './who-changed.ts'

export interface DiagnosisJobs extends LookJobs, NameJobs {
  readonly networks: readonly Network[]
  readonly diagnoses: Diagnoses
  readonly verdicts: Verdicts
  readonly producer: Producer
  readonly ledger: Pick<Ledger, 'newest'>
  readonly catalog: LookJobs['catalog'] & NameJobs['catalog']
  readonly survey: LookJobs['survey'] & NameJobs['survey']
  readonly inventory: LookJobs['inventory']
}

/** Whoever asks has an answer within fifteen seconds: a look ends by then, in milliseconds. Who has changed what, and the chat, need a moment too. */
const answerWithinMs = 12_500

/** Looks at both planes, judges, and hands the verdict to the outbox. May run twice: it only reads. */
export async function workOnDiagnosis(id: string, jobs: DiagnosisJobs, signal: AbortSignal): Promise<void> {
  const { diagnoses, producer, log, networks } = jobs
  const diagnosis = await diagnoses.get(id)
  if (diagnosis === undefined) return
  if (diagnosis.endedAt !== undefined) return await producer.show({ kind: 'diagnosis', id })
  const end = async (found: Partial<Diagnosis>): Promise<void> => {
    await diagnoses.save({ ...diagnosis, ...found, endedAt: new Date().toISOString() })
    await producer.show({ kind: 'diagnosis', id })
  }
  const { asked } = diagnosis
  const until = performance.now() + answerWithinMs
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  try {
    const from = asked.network === undefined ? networks : [networkNamed(networks, asked.network)]
    const strange = await strangeHost(asked.service, jobs, signal)
    if (strange !== undefined) return await end({ looks: refused(asked.service, from, strange) })
    const named = await nameOf(asked, jobs, signal)
    const withinMs = until - performance.now()
    const report = { ...jobs, clouds: { ...jobs.clouds, clickhouse: askedOnce(jobs.clouds.clickhouse, both) } }
    const looks = await Promise.all(
      from.map((network) => diagnose({ network, ...named }, report, { signal, wake: asked.wake === true, withinMs })),
    )
    const { clickhouse } = report.clouds
    await end({ looks: await explained(looks, named.service, { ...jobs, clickhouse }, signal) })
  } catch (error) {
    signal.throwIfAborted()
    log.error({ err: error, diagnosis: id }, 'diagnosis failed')
    await end({ problem: toProblem(error) })
  } finally {
    over.abort()
  }
}

/** A host that is no service's private name is told from the name alone, without a packet. */
function refused(host: string, from: readonly Network[], strange: { readonly nearestHost?: string }): readonly Look[] {
  return from.map(({ name }) => {
    const evidence: Evidence = { host, network: name, hostRefused: true, ...strange }
    return { network: name, verdict: judge(rules, evidence), evidence }
  })
}

/** One look from one network, judged. What fails here says so, and keeps no other network waiting. */
export async function diagnose(subject: Subject, jobs: DiagnosisJobs, options: LookOptions): Promise<Look> {
  const { service, network } = subject
  try {
    const evidence = await lookAt(subject, jobs, options)
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
    jobs.log.error({ err: error, network: network.name }, 'a network could not be looked at')
    return { network: network.name, problem: toProblem(error) }
  }
}
