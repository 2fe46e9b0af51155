import { setTimeout as sleep } from 'node:timers/promises'
import { TerminalError } from '../domain/errors.ts'
import { differs, observe, type Sample, type Watch, type WatchEvent } from '../domain/watch.ts'
import type { Watches } from '../redis/watches.ts'
import { type DiagnosisJobs, diagnose } from './diagnose.ts'
import { nameOf } from './names.ts'
import { networkNamed } from './target.ts'

export interface WatchJobs extends DiagnosisJobs {
  readonly watches: Watches
}

/** A look that differs is repeated after so long before anybody hears of it, in milliseconds. */
const confirmAfterMs = 8_000

/** One turn of a watch: looks, remembers, and posts when the verdict has changed. May run twice; the second turn finds it told. */
export async function workOnWatch(id: string, jobs: WatchJobs, signal: AbortSignal): Promise<void> {
  const { watches, producer, log } = jobs
  const watch = await watches.get(id)
  if (watch === undefined) {
    await producer.unschedule(id)
    return
  }
  try {
    const subject = { network: networkNamed(jobs.networks, watch.network), ...(await nameOf(watch, jobs, signal)) }
    let seen = await diagnose(subject, jobs, { signal, background: true })
    const before = await watches.stateOf(id)
    if (seen.verdict !== undefined && differs(before, seen.verdict) && before.told !== undefined) {
      await sleep(confirmAfterMs, undefined, { signal })
      // What people will read is judged by what is read now: a fault that is gone by then was none worth a message.
      seen = await diagnose(subject, jobs, { signal })
    }
    if (seen.verdict === undefined) return
    const sample: Sample = { at: new Date().toISOString(), code: seen.verdict.code, severity: seen.verdict.severity }
    const { state, event } = observe(await watches.stateOf(id), sample)
    const drifted = seen.verdict.severity === 'ok' && seen.since !== undefined
    const worthTelling = event ?? (drifted ? 'drift' : undefined)
    if (worthTelling !== undefined) await tell(watch, worthTelling, before.told, [seen], jobs)
    await watches.record(id, state, sample)
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ err: error, watch: id }, 'a watch could not look')
    if (error instanceof TerminalError && error.code === 'network-unknown') await producer.unschedule(id)
  }
}

/** A message like that of a diagnosis, with its buttons, which says what the watch has seen. */
async function tell(
  { id: watch, by, place, service, organization, network, everyMs }: Watch,
  event: WatchEvent,
  was: Sample | undefined,
  looks: readonly Awaited<ReturnType<typeof diagnose>>[],
  { diagnoses, producer }: WatchJobs,
): Promise<void> {
  const id = await diagnoses.nextId()
  const at = new Date().toISOString()
  await diagnoses.save({
    id,
    asked: { by, place, at, service, network, ...(organization !== undefined && { organization }) },
    watch: { id: watch, everyMs, event, ...(was !== undefined && { was }) },
    endedAt: at,
    looks,
  })
  await producer.show({ kind: 'diagnosis', id })
}
