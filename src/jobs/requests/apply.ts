import { TerminalError, toProblem } from '../../domain/errors.ts'
import { type Change, type Plan, type StepId, stepStillApproved } from '../../domain/plan.ts'
import type { Request, StepProgress } from '../../domain/request.ts'
import { retrying, until } from '../retry.ts'
import { walk } from '../steps/in-order.ts'
import { procedures } from '../steps/procedure.ts'
import type { Observation, Step, StepContext } from '../steps/step.ts'
import { collectReceipts } from './receipts.ts'
import { Stopped } from './run.ts'

/** Thrown when what has to be done is not what was approved. Nothing that was not approved has been written. */
export class PlanChanged extends Error {
  override readonly name = 'PlanChanged'
}

/** Until a write shows in a read; the clouds are eventually consistent. */
const grace = { everyMs: 2_000, withinMs: 30_000 }

/** What is left of a change is written so often, while others do part of it. */
const mostTurns = 5

interface Application {
  readonly plan: Plan
  /** The request as this worker took it: its journal says what earlier workers began. */
  readonly request: Request
  readonly context: StepContext
  /** Writes the journal; `receipts` are the vendors' ids of the calls that changed something since the last entry. */
  record(id: StepId, progress: StepProgress, receipts: ReadonlySet<string>): Promise<void>
  now(): string
}

/** Carries out an approved plan. Every step is observed again at the end, and done only when it then needs no change. */
export async function apply(application: Application): Promise<void> {
  await walk(procedures[application.request.action], (step) => carryOut(step, application))
}

async function carryOut(step: Step, application: Application): Promise<void> {
  const { context, request, record, now } = application
  const earlier = request.steps[step.id]
  const startedAt = earlier?.startedAt ?? now()
  const receipts = new Set<string>()
  let changed = earlier?.changed ?? false
  try {
    const found = await look(step, context)
    let seen = found
    if (seen.change.kind !== 'none') {
      hold(step, seen.change, application, changed)
      await context.fence()
      changed ||= step.waits !== true
      await record(step.id, { state: 'running', startedAt, changed }, receipts)
      seen = await collectReceipts(receipts, () => change(step, found, application))
    }
    const told = {
      ...(seen.note !== undefined && { note: seen.note }),
      ...(seen.seen !== undefined && { seen: seen.seen }),
    }
    await record(step.id, { state: 'done', startedAt, finishedAt: now(), changed, ...told }, receipts)
  } catch (error) {
    if (!context.signal.aborted && !(error instanceof PlanChanged) && !(error instanceof Stopped)) {
      const note = toProblem(error).message
      await record(step.id, { state: 'failed', startedAt, finishedAt: now(), changed, note }, receipts)
    } else if (receipts.size > 0) {
      // It has not ended, and yet it wrote.
      await record(step.id, { state: 'running', startedAt, changed }, receipts)
    }
    throw error
  }
}

/** Writes, repeating the observation before every further try, and waits until the change is seen. */
async function change(step: Step, first: Observation, application: Application): Promise<Observation> {
  const { context } = application
  let seen: Observation | undefined = first
  await retrying(async () => {
    for (let turn = 1; ; turn++) {
      seen ??= await look(step, context)
      const { change } = seen
      seen = undefined
      hold(step, change, application, true)
      if (change.kind === 'none') return
      const left = await write(step, change, context)
      if (left === undefined) return
      if (turn === mostTurns) throw left.error
      seen = left
    }
  }, context.signal)
  const done = await until(
    async () => {
      const again = await retrying(() => look(step, context), context.signal)
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
 * A write is also refused when part of what it asks for is there already, made by an earlier try or by somebody else. Then nothing is wrong, and what is
 * left is returned; nothing when all was written.
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
    const left = await look(step, context)
    if (stepStillApproved(change, left.change, false)) throw error
    return { ...left, error }
  }
}

async function look(step: Step, context: StepContext): Promise<Observation> {
  const observation = await step.plan(context)
  Object.assign(context.facts, observation.facts)
  return observation
}

/** Stops before a change that nobody approved. */
function hold(step: Step, change: Change, { plan }: Application, begun: boolean): void {
  if (step.waits === true || change.kind === 'none') return
  const approved = plan.steps.find(({ id }) => id === step.id)
  if (approved === undefined || !stepStillApproved(approved.change, change, begun)) throw new PlanChanged()
}
