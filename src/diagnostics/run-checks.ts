import type { CheckId, EvidenceByCheck, NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import type { AnyCheck, ProbeTarget, Work } from './check.ts'
import { withoutEarlySilence } from './cut-short.ts'
import { elapsedSince } from './elapsed.ts'

/** How long a whole probe takes at most, in milliseconds; the asker waits a little longer than this. */
const overallDeadlineMs = 4_800

/** How long a check has, after its signal aborted, to return what it saw until then, in milliseconds. */
const graceMs = 100

/** The reason with which signals abort here. It is made once: a new exception each time takes more CPU time than a DNS query. */
const ended = new Error('The check has ended.')

/**
 * Runs each check as soon as the checks that it needs have ended, and independent ones at the same time. A check that runs out of time is absent from the
 * evidence and delays only those that need it. After `deadlineMs` all checks end, and the evidence holds what they know; a check that was cut short
 * before silence means anything is absent. Rejects when `signal` aborts, or when a check throws.
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
    if (over.signal.aborted) return
    const startedAt = performance.now()
    const found: EvidenceByCheck[CheckId] | Work<EvidenceByCheck[CheckId]> | undefined = check.run(target, evidence)
    const result = typeof found === 'function' ? await within(check.deadlineMs, over.signal, found) : found
    const known = over.signal.aborted ? withoutEarlySilence(result, elapsedSince(startedAt)) : result
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

/** What `run` returns within its time, or within `graceMs` after its signal aborted; else undefined. */
async function within<T>(milliseconds: number, outer: AbortSignal, run: Work<T>): Promise<T | undefined> {
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
