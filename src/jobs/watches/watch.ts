import { snapshotOf } from '../../domain/diagnosis/changes.ts'
import type { Look } from '../../domain/diagnosis/diagnosis.ts'
import { toProblem } from '../../domain/errors.ts'
import type { Service } from '../../domain/target.ts'
import { differs, observe, type Sample, type Watch, type WatchEvent } from '../../domain/watch.ts'
import type { Turn } from '../../redis/queues.ts'
import type { Watches } from '../../redis/watches.ts'
import { type DiagnosisJobs, diagnose } from '../diagnosis/diagnose.ts'
import type { EvidenceOptions } from '../diagnosis/gather-evidence.ts'
import { withWhoChanged } from '../diagnosis/who-changed.ts'
import { nameOf } from '../services/find-service.ts'
import { networkNamed } from '../services/target.ts'

export interface WatchJobs extends DiagnosisJobs {
  readonly watches: Watches
}

/** How long after a verdict that differs it is confirmed by a second diagnosis, in milliseconds. */
const confirmAfterMs = 8_000

/**
 * One turn of a watch: diagnoses, stores the result, and posts when the verdict has changed or when a diagnosis is not possible any more. May run twice: the
 * second run finds the change posted already.
 */
export async function workOnWatch({ id, confirms = false }: Turn, jobs: WatchJobs, signal: AbortSignal): Promise<void> {
  const { watches, producer } = jobs
  const watch = await watches.get(id)
  if (watch === undefined) return await producer.unschedule(id)
  // What will be posted is judged by fresh lists.
  const { seen, service } = await diagnoseFor(watch, jobs, { signal, background: !confirms })
  const { code, severity } = seen.verdict ?? noVerdict
  const sample: Sample = { at: new Date().toISOString(), code, severity }
  const before = await watches.stateOf(id)
  // A fault that has passed by then is worth no message. A turn of its own confirms it, so that no worker waits.
  if (!confirms && before.told !== undefined && differs(before, sample)) return await producer.turn(id, confirmAfterMs)
  const snapshot = severity === 'ok' && seen.evidence !== undefined ? snapshotOf(seen.evidence) : undefined
  const { state, event, drift } = observe(before, sample, snapshot)
  if (event !== undefined) {
    const { clickhouse } = jobs.clouds
    const told = drift === undefined ? seen : { ...seen, since: drift }
    const [result = told] = service === undefined ? [] : await withWhoChanged([told], service, { ...jobs, clickhouse }, signal)
    await tell(watch, event, before.told, result, jobs)
  }
  await watches.record(id, state, sample)
}

const noVerdict = { code: 'not-looked-at', severity: 'warn' } as const

async function diagnoseFor(
  watch: Watch,
  jobs: WatchJobs,
  options: EvidenceOptions,
): Promise<{ readonly seen: Look; readonly service?: Service }> {
  const { signal } = options
  try {
    const network = networkNamed(jobs.networks, watch.network)
    const named = await nameOf(watch, jobs, signal)
    return { seen: await diagnose({ network, ...named }, jobs, options), service: named.service }
  } catch (error) {
    signal.throwIfAborted()
    jobs.log.warn({ err: error, watch: watch.id }, 'a watch could not diagnose')
    return { seen: { network: watch.network, problem: toProblem(error) } }
  }
}

/** Posts the verdict as a diagnosis with its buttons, and why the watch posts it. */
async function tell(
  { id: watch, by, place, service, organization, network, everyMs }: Watch,
  event: WatchEvent,
  was: Sample | undefined,
  seen: Look,
  { diagnoses, producer }: WatchJobs,
): Promise<void> {
  const id = await diagnoses.nextId()
  const at = new Date().toISOString()
  await diagnoses.save({
    id,
    asked: { by, place, at, service, network, ...(organization !== undefined && { organization }) },
    watch: { id: watch, everyMs, event, ...(was !== undefined && { was }) },
    endedAt: at,
    looks: [seen],
  })
  await producer.show({ kind: 'diagnosis', id })
}
