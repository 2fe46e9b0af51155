import type { Ledger } from '../../domain/ledger.ts'
import { isOpen, needsReview, type Request, type RequestEvent } from '../../domain/request.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import { type Repeating, repeat } from '../../repeat.ts'

/** The longest time, besides the queue's own recovery, after which an interrupted request goes on, in milliseconds. */
const everyMs = 3_000

/** How long a plan may wait behind those of people who have asked for less, in milliseconds: where work never ends, it would wait for ever. */
const longestBehindMs = 120_000

/** How often a review that is missing is asked for, in milliseconds. */
const reviewEveryMs = 24 * 3_600_000

interface SweepSources {
  readonly ledger: Pick<Ledger, 'open' | 'record'>
  readonly producer: Pick<Producer, 'show' | 'isAwake' | 'rouse' | 'hurry'>
}

/**
 * Adds a job for every request that waits for a worker and has no job: after a crash between writing a decision and adding its job, or when a job was lost.
 * Lets a plan that has waited for long go ahead of later ones. Expires requests whose approval is overdue, and records when a reminder is due. Runs at start and at intervals.
 */
export function startSweep({ log, ...sources }: SweepSources & { readonly log: Log }): Repeating {
  return repeat('sweep', everyMs, log, async () => await sweepRequests(sources, new Date().toISOString()))
}

/** `at`: the moment, ISO 8601. */
export async function sweepRequests({ ledger, producer }: SweepSources, at: string): Promise<void> {
  for (const request of await ledger.open()) {
    const { id, state, asked } = request
    const item = { kind: 'request', id } as const
    const event = dueEvent(request, at)
    if (event !== undefined && (await ledger.record(id, event)).changed) await producer.show(item)
    if (state !== 'planning' && state !== 'applying') continue
    if (!(await producer.isAwake(item))) await producer.rouse(item)
    else if (state === 'planning' && Date.parse(at) - Date.parse(asked.at) > longestBehindMs) await producer.hurry(item)
  }
}

/** What has come due by its time alone. */
function dueEvent(request: Request, at: string): RequestEvent | undefined {
  const { state, approval, reminded = 0, reviewReminded = 0, endedAt } = request
  if (state === 'awaiting-approval' && approval !== undefined) {
    if (at >= approval.expiresAt) return { type: 'expire', at }
    const count = approval.remindAt.filter((moment) => moment <= at).length
    return count > reminded ? { type: 'remind', count } : undefined
  }
  if (isOpen(request) || !needsReview(request) || endedAt === undefined) return undefined
  const count = Math.floor((Date.parse(at) - Date.parse(endedAt)) / reviewEveryMs)
  return count > reviewReminded ? { type: 'remind-review', count } : undefined
}
