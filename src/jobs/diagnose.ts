import { setTimeout as sleep } from 'node:timers/promises'
import { changesBetween, snapshotOf } from '../domain/diagnosis/changes.ts'
import type { Diagnosis, Look } from '../domain/diagnosis/diagnosis.ts'
import type { Evidence } from '../domain/diagnosis/evidence.ts'
import { judge } from '../domain/diagnosis/judge.ts'
import { rules } from '../domain/diagnosis/rules/all.ts'
import { TerminalError, toProblem } from '../domain/errors.ts'
import { type Network, nearest, type ServiceWords, sameId } from '../domain/target.ts'
import type { Producer } from '../redis/producer.ts'
import type { Diagnoses } from '../redis/records.ts'
import type { Verdicts } from '../redis/survey.ts'
import { type Catalog, matching } from './inventory.ts'
import { type LookJobs, type LookOptions, lookAt, type Subject } from './look.ts'
import { retrying } from './patience.ts'
import { networkNamed, type Targets } from './target.ts'

export interface DiagnosisJobs extends LookJobs {
  readonly networks: readonly Network[]
  readonly diagnoses: Diagnoses
  readonly verdicts: Verdicts
  readonly producer: Producer
  readonly catalog: Catalog
  readonly targets: Targets
}

/** Whoever asks has an answer within fifteen seconds, in milliseconds: the chat needs a moment too. */
const answerWithinMs = 13_500

/** Services, their aliases and hosts change slowly; an incident does not wait for them to be read again. */
const namesMaxAgeMs = 10 * 60_000

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
  try {
    const from = asked.network === undefined ? networks : [networkNamed(networks, asked.network)]
    const wrong = await wrongHost(asked.service, from, jobs)
    if (wrong !== undefined) return await end({ looks: wrong })
    const named = await nameOf(asked, jobs, signal)
    const withinMs = until - performance.now()
    const looks = await Promise.all(
      from.map((network) => diagnose({ network, ...named }, jobs, { signal, wake: asked.wake === true, withinMs })),
    )
    await end({ looks })
  } catch (error) {
    signal.throwIfAborted()
    log.error({ err: error, diagnosis: id }, 'diagnosis failed')
    await end({ problem: toProblem(error) })
  }
}

/** People paste host names too: one that is no service's private name is told from the name alone, without a packet. */
async function wrongHost(
  text: string,
  from: readonly Network[],
  { survey }: Pick<DiagnosisJobs, 'survey'>,
): Promise<readonly Look[] | undefined> {
  if (!text.toLowerCase().includes('.clickhouse.cloud')) return undefined
  const hosts = await knownHosts(survey)
  if (hosts.some(({ host }) => sameId(host, text))) return undefined
  const guess = nearest(
    text,
    hosts.map(({ host }) => host),
  )
  return from.map(({ name }) => {
    const evidence: Evidence = {
      host: text,
      network: name,
      hostRefused: true,
      ...(guess !== undefined && { nearestHost: guess }),
    }
    return { network: name, verdict: judge(rules, evidence), evidence }
  })
}

async function knownHosts(survey: DiagnosisJobs['survey']): Promise<readonly { readonly id: string; readonly host: string }[]> {
  const names = (await survey.read())?.names ?? {}
  return Object.entries(names).flatMap(([id, { host }]) => (host === undefined ? [] : [{ id, host }]))
}

type Named = Omit<Subject, 'network'>
type NameJobs = Pick<DiagnosisJobs, 'catalog' | 'targets' | 'survey' | 'inventory'>

/** ClickHouse Cloud has so long to say which service is meant, in milliseconds; then what was read last counts, however old. */
const namesWithinMs = 1_500

/** What the words are to blame for: an older list would say the same. */
const wordsToBlame = new Set(['service-unknown', 'service-ambiguous', 'service-not-on-azure', 'service-without-private-link'])

/** The service that is meant, with its alias and private host. */
export async function nameOf(asked: ServiceWords, jobs: NameJobs, signal: AbortSignal): Promise<Named> {
  const byHost = (await knownHosts(jobs.survey)).find(({ host }) => sameId(host, asked.service))
  const words = byHost === undefined ? asked : { service: byHost.id }
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const fresh = freshName(words, jobs, both)
  fresh.catch(() => undefined)
  try {
    const early = await Promise.race([fresh, sleep(namesWithinMs, undefined, { signal: both })])
    return early ?? (await lastName(words, jobs)) ?? (await fresh)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof TerminalError && wordsToBlame.has(error.code)) throw error
    const last = await lastName(words, jobs)
    if (last === undefined) throw error
    return last
  } finally {
    over.abort()
  }
}

async function freshName(words: ServiceWords, { catalog, targets }: NameJobs, signal: AbortSignal): Promise<Named> {
  const service = await catalog.resolve(words, namesMaxAgeMs, signal)
  return await retrying(() => targets.of(service, namesMaxAgeMs, signal), signal)
}

/** As the background has last read it: an incident does not wait for ClickHouse Cloud. */
async function lastName(words: ServiceWords, { inventory, survey }: NameJobs): Promise<Named | undefined> {
  const [service, ...more] = matching((await inventory.read())?.services ?? [], words)
  // An old list does not say what there is not.
  if (service === undefined || more.length > 0) return undefined
  const { alias, host } = (await survey.read())?.names[service.id] ?? {}
  return alias === undefined || host === undefined ? undefined : { service, alias, host }
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
