import { snapshotOf } from '../../domain/diagnosis/changes.ts'
import type { Look } from '../../domain/diagnosis/diagnosis.ts'
import { toProblem } from '../../domain/errors.ts'
import type { Service } from '../../domain/target.ts'
import { differs, observe, type Sample, type Watch, type WatchEvent } from '../../domain/watch.ts'
import type { Turn } from '../../redis/queues.ts'
import type { Watches } from '../../redis/watches.ts'
import { type DiagnosisJobs, diagnose } from '../diagnosis/diagnose.ts'
import type { LookOptions } from '../diagnosis/gather-evidence.ts'
import { explained } from '../diagnosis/who-changed.ts'
import { nameOf } from '../services/find-service.ts'
import { networkNamed } from '../services/target.ts'

export interface WatchJobs extends DiagnosisJobs {
  readonly watches: Watches
}

/** A look that differs is repeated after so long before anybody hears of it, in milliseconds. */
const confirmAfterMs = 8_000

/**
 * One turn of a watch: looks, remembers, and posts when the verdict has changed, or when it cannot look any more. May run twice; the second turn finds it
 * told.
 */
export async function workOnWatch({ id, confirms = false }: Turn, jobs: WatchJobs, signal: AbortSignal): Promise<void> {
  const { watches, producer } = jobs
  const watch = await watches.get(id)
  if (watch === undefined) return await producer.unschedule(id)
  // What people will read is judged by what is read now.
  const { seen, service } = await lookFor(watch, jobs, { signal, background: !confirms })
  const { code, severity } = seen.verdict ?? notLookedAt
  const sample: Sample = { at: new Date().toISOString(), code, severity }
  const before = await watches.stateOf(id)
  // A fault that is gone by then was none worth a message. Nothing waits here: the look is repeated by a turn of its own.
  if (!confirms && before.told !== undefined && differs(before, sample)) return await producer.turn(id, confirmAfterMs)
  const snapshot = severity === 'ok' && seen.evidence !== undefined ? snapshotOf(seen.evidence) : undefined
  const { state, event, drift } = observe(before, sample, snapshot)
  if (event !== undefined) {
    const { clickhouse } = jobs.clouds
    const told = drift === undefined ? seen : { ...seen, since: drift }
    const [look = told] = service === undefined ? [] : await explained([told], service, { ...jobs, clickhouse }, signal)
    await tell(watch, event, before.told, look, jobs)
  }
  await watches.record(id, state, sample)
}

const notLookedAt = { code: 'not-looked-at', severity: 'warn' } as const

async function lookFor(
  watch: Watch,
  jobs: WatchJobs,
  options: LookOptions,
): Promise<{ readonly seen: Look; readonly service?: Service }> {
  const { signal } = options
  try {
    const network = networkNamed(jobs.networks, watch.network)
    const named = await nameOf(watch, jobs, signal)
    return { seen: await diagnose({ network, ...named }, jobs, options), service: named.service }
  } catch (error) {
    signal.throwIfAborted()
    jobs.log.warn({ err: error, watch: watch.id }, 'a watch could not look')
    return { seen: { network: watch.network, problem: toProblem(error) } }
  }
}

/** A message like that of a diagnosis, with its buttons, which says what the watch has seen. */
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
