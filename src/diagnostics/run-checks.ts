import type { CheckId, EvidenceByCheck, NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import type { AnyCheck, ProbeTarget } from './check.ts'
import { withoutHaste } from './cut-short.ts'
import { elapsedSince } from './elapsed.ts'

/** A probe ends by then, in milliseconds, whatever hangs: whoever asked still listens. */
const overallDeadlineMs = 4_800

/** After its time a check has so long to say what it saw until then, in milliseconds. */
const graceMs = 100

/** Why signals abort here. One for all: a fresh exception for each costs more than a DNS query. */
const ended = new Error('The check has ended.')

/**
 * Runs the checks, each as soon as what it needs has ended, independent ones at the same time. A check that runs out of time is absent from the
 * evidence and delays only those that need it. After `deadlineMs` all end and say what they know; what had no time to answer is absent then. Rejects
 * when `signal` aborts, or when a check has a defect.
 */
export async function runChecks(
  checks: readonly AnyCheck[],
  target: ProbeTarget,
  signal: AbortSignal,
  deadlineMs: number = overallDeadlineMs,
): Promise<NetworkEvidence> {
  signal.throwIfAborted()
  const evidence: { [Id in CheckId]?: EvidenceByCheck[Id] } = {}
  const endings = new Map<CheckId, Promise<void>>()
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(ended), Math.min(deadlineMs, overallDeadlineMs))
  const stop = () => over.abort(ended)
  signal.addEventListener('abort', stop, { once: true })

  const end = (id: CheckId): Promise<void> => {
    const check = checks.find((candidate) => candidate.id === id)
    if (check === undefined) return Promise.resolve()
    const promise = endings.get(id) ?? Promise.all(check.needs.map(end)).then(() => look(check))
    endings.set(id, promise)
    return promise
  }
  const look = async (check: AnyCheck): Promise<void> => {
    const startedAt = performance.now()
    const result = await within<EvidenceByCheck[CheckId]>(check.deadlineMs, over.signal, (own) =>
      check.run(target, evidence, own),
    )
    const known = over.signal.aborted ? withoutHaste(result, elapsedSince(startedAt)) : result
    if (known !== undefined) Object.assign(evidence, { [check.id]: known })
  }

  try {
    await Promise.all(checks.map(({ id }) => end(id)))
    signal.throwIfAborted()
    return evidence
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    over.abort(ended)
  }
}

/** What `run` gives in time, or at once when it is told that its time is up; else undefined, also when it does not heed its signal. */
async function within<T>(
  milliseconds: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> {
  if (outer.aborted) return undefined
  const own = new AbortController()
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  let grace: NodeJS.Timeout | undefined
  const stop = () => {
    grace ??= setTimeout(() => resolve(undefined), graceMs)
    own.abort(ended)
  }
  const timer = setTimeout(stop, milliseconds)
  outer.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([run(own.signal), late])
  } finally {
    clearTimeout(timer)
    clearTimeout(grace)
    outer.removeEventListener('abort', stop)
    own.abort(ended)
  }
}
