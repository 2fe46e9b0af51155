import { TerminalError, toProblem } from '../../domain/errors.ts'
import { type Change, type Plan, type StepId, stepStillApproved } from '../../domain/plan.ts'
import type { Request, StepProgress } from '../../domain/request.ts'
import { refusesForNow } from '../../redis/refuses-for-now.ts'
import { until } from '../retry.ts'
import { visitInOrder } from '../steps/in-order.ts'
import { procedures } from '../steps/procedure.ts'
import type { Observation, Step, StepContext } from '../steps/step.ts'
import { watchedStep } from '../steps/watched-step.ts'
import { collectReceipts } from './receipts.ts'
import { type StepOutcome, type Stepped, Stopped } from './run.ts'

/** Thrown before a write when the change that is left is not the approved one. */
export class PlanChanged extends Error {
  override readonly name = 'PlanChanged'
}

/** How long a write may take to show in a read, in milliseconds: the clouds are eventually consistent. */
const grace = { everyMs: 2_000, withinMs: 30_000 }

/** How often what is left of a change is written, when somebody else makes part of it at the same time. */
const mostTurns = 5

interface Application {
  readonly plan: Plan
  /** The request as this worker took it: its journal says what earlier workers began. */
  readonly request: Request
  readonly context: StepContext
  /** Writes the journal; `receipts` are the vendors' ids of the calls that changed something since the last entry. */
  record(id: StepId, progress: StepProgress, receipts: ReadonlySet<string>): Promise<void>
  now(): string
  /** Told of each step that ended, with the seconds that it took. */
  readonly stepped?: Stepped
}

/** Carries out an approved plan. Every step is observed again at the end, and done only when it then needs no change. */
export async function apply(application: Application): Promise<void> {
  await visitInOrder(procedures[application.request.action], (step) =>
    watchedStep(step, 'apply', application.request.id, () => timedStep(step, application)),
  )
}

async function timedStep(step: Step, application: Application): Promise<void> {
  const { context, stepped } = application
  const startedAt = performance.now()
  let outcome: StepOutcome = 'interrupted'
  try {
    outcome = (await carryOut(step, application)) ? 'changed' : 'unchanged'
  } catch (error) {
    if (isFailure(error, context.signal)) outcome = 'failed'
    throw error
  } finally {
    stepped?.(step.id, outcome, (performance.now() - startedAt) / 1_000)
  }
}

function isFailure(error: unknown, signal: AbortSignal): boolean {
  return !signal.aborted && !(error instanceof PlanChanged) && !(error instanceof Stopped) && !refusesForNow(error)
}

/** Returns whether this worker changed something. */
async function carryOut(step: Step, application: Application): Promise<boolean> {
  const { request, record, now } = application
  const earlier = request.steps[step.id]
  const startedAt = earlier?.startedAt ?? now()
  const receipts = new Set<string>()
  let changed = earlier?.changed ?? false
  const tell = async (note: string): Promise<void> =>
    await record(step.id, { state: 'running', startedAt, changed, note }, new Set())
  const context: StepContext = { ...application.context, tell }
  try {
    const found = await context.patiently(() => observe(step, context))
    let seen = found
    if (seen.change.kind !== 'none') {
      checkApproved(step, seen.change, application, changed)
      await context.fence()
      changed ||= step.waits !== true
      await record(step.id, { state: 'running', startedAt, changed }, receipts)
      seen = await collectReceipts(receipts, () => change(step, found, { ...application, context }))
    }
    const approved = application.plan.steps.find(({ id }) => id === step.id)?.change.kind ?? 'none'
    const stays = approved !== 'none' && seen.kept === true && seen.gone !== true
    const told = {
      // What was there to be removed, and is gone, needs no word.
      ...(seen.note !== undefined && !(changed && seen.gone === true) && { note: seen.note }),
      ...(stays && { kept: true as const }),
      ...(seen.seen !== undefined && { seen: seen.seen }),
    }
    await record(step.id, { state: 'done', startedAt, finishedAt: now(), changed, ...told }, receipts)
    return found.change.kind !== 'none' && step.waits !== true
  } catch (error) {
    if (step.id === 'dns-zone') context.facts.zoneAccepted?.reject(error)
    if (isFailure(error, context.signal)) {
      const note = toProblem(error).message
      await record(step.id, { state: 'failed', startedAt, finishedAt: now(), changed, note }, receipts)
    } else if (receipts.size > 0) {
      // The step did not end, but some of its calls changed something.
      await record(step.id, { state: 'running', startedAt, changed }, receipts)
    }
    throw error
  }
}

/** Writes, observes again before each further attempt, and waits until the step needs no change. */
async function change(step: Step, first: Observation, application: Application): Promise<Observation> {
  const { context } = application
  let seen: Observation | undefined = first
  await context.patiently(async () => {
    for (let turn = 1; ; turn++) {
      seen ??= await observe(step, context)
      const { change } = seen
      seen = undefined
      checkApproved(step, change, application, true)
      if (change.kind === 'none') return
      const left = await write(step, change, context)
      if (left === undefined) return
      if (turn === mostTurns) throw left.error
      seen = left
    }
  })
  const done = await until(
    async () => {
      const again = await context.patiently(() => observe(step, context))
      return again.change.kind === 'none' ? again : undefined
    },
    grace,
    context.signal,
  )
  if (done !== undefined) return done
  throw new TerminalError('change-not-seen', `The change of ${step.title} was accepted but does not show.`, {
    remedy: 'Someone or something may be undoing it. Look at the resource’s activity log, then run the command again.',
  })
}

/**
 * Returns undefined when the write succeeded. A write is also refused when part of the change is made already, by an earlier attempt or by somebody else:
 * then it returns what is left, with the error.
 */
async function write(
  step: Step,
  change: Change,
  context: StepContext,
): Promise<(Observation & { readonly error: TerminalError }) | undefined> {
  try {
    await step.apply(context, change)
    return undefined
  } catch (error) {
    if (!(error instanceof TerminalError) || step.waits === true) throw error
    const left = await observe(step, context)
    if (stepStillApproved(change, left.change, false)) throw error
    return { ...left, error }
  }
}

async function observe(step: Step, context: StepContext): Promise<Observation> {
  const observation = await step.plan(context)
  Object.assign(context.facts, observation.facts)
  return observation
}

/** Throws `PlanChanged` before a change that nobody approved. */
function checkApproved(step: Step, change: Change, { plan }: Application, begun: boolean): void {
  if (step.waits === true || change.kind === 'none') return
  const approved = plan.steps.find(({ id }) => id === step.id)
  if (approved === undefined || !stepStillApproved(approved.change, change, begun)) throw new PlanChanged()
}
