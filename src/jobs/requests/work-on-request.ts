import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError, TerminalError, toProblem } from '../../domain/errors.ts'
import { UnknownRequest } from '../../domain/ledger.ts'
import { changesOf, digestOf, type Plan, type StepId, stillApproved } from '../../domain/plan.ts'
import { connects, type Outcome, type Request, type RequestEvent } from '../../domain/request.ts'
import { withLogFields } from '../../log-fields.ts'
import { refusesForNow } from '../../redis/refuses-for-now.ts'
import { connectionText } from '../steps/connection.ts'
import { makePlan } from '../steps/procedure.ts'
import type { Facts, StepContext } from '../steps/step.ts'
import { apply, PlanChanged } from './apply.ts'
import { approvalFor, checkReason, checkStillApproved, policyOf } from './approval.ts'
import { contextOf } from './context.ts'
import { preflight } from './preflight.ts'
import { LostRun, type RequestJobs, type RequestWorker, Stopped } from './run.ts'
import { takeTurn } from './turn.ts'

/** The least time between two updates of a step's progress in chat, in milliseconds. */
const progressMs = 700
/** After how long a connection that is not approved, although nothing is left to change, is looked at again, in milliseconds. */
const lookAgainMs = 2_000
/** How long carrying out a plan may take, in milliseconds; then it fails. */
const applyWithinMs = 45 * 60_000

/** Does what the request's state asks for: plans it, or applies its approved plan. May run twice; the ledger's fencing token lets one of two write. */
export async function workOnRequest(id: string, jobs: RequestJobs, signal: AbortSignal): Promise<void> {
  await withLogFields({ request: id }, async () => {
    try {
      await workOn(id, jobs, signal)
    } catch (error) {
      if (!(error instanceof UnknownRequest)) throw error
      // Whoever asked is told by the bot, which knows what it has shown.
      jobs.log.warn('the ledger does not have the request any more: Redis has lost it')
    }
  })
}

async function workOn(id: string, jobs: RequestJobs, signal: AbortSignal): Promise<void> {
  await waitForTurn(id, jobs)
  const run = crypto.randomUUID()
  const { request, changed } = await jobs.ledger.record(id, { type: 'claim', run, at: now() })
  if (!changed) return
  const worker = { ...jobs, id, run, signal }
  try {
    await (request.state === 'planning' ? plan(request, worker) : carryOut(request, worker))
  } catch (error) {
    if (error instanceof LostRun || signal.aborted) {
      worker.log.info({ err: error }, 'request left to another worker')
      if (signal.aborted) throw error
    } else if (error instanceof UnknownRequest) {
      throw error
    } else if (refusesForNow(error)) {
      // The request stays as it is, and its job is tried again.
      throw new RetryableError('redis-refuses', 'Redis refuses to write for now.', {
        cause: error,
        remedy: 'Wait.',
        retryAfterMs: 1_000,
      })
    } else {
      await fail(error, {}, worker)
    }
  }
}

/** Requests that touch the same thing run one after the other: throws a `RetryableError` (`not-its-turn`) while another one is ahead. */
async function waitForTurn(id: string, jobs: RequestJobs): Promise<void> {
  const { ledger, producer } = jobs
  const ahead = await takeTurn(id, jobs)
  if (ahead === undefined) return
  const { changed } = await ledger.record(id, { type: 'wait', behind: ahead.id })
  if (changed) await producer.show({ kind: 'request', id })
  throw new RetryableError('not-its-turn', `${id} waits for ${ahead.id}, which works on the same network or zone.`, {
    remedy: 'Wait.',
    retryAfterMs: 1_000,
  })
}

async function plan(request: Request, worker: RequestWorker): Promise<void> {
  const policy = policyOf(request, worker.policies)
  checkReason(request, policy)
  let { context, plan } = await planned(request, worker)
  if (connects(request.action) && isUnconnected(plan, context)) {
    // Another request may be at work there: the endpoint was read before it had done what was read afterwards.
    await sleep(lookAgainMs, undefined, { signal: worker.signal })
    ;({ context, plan } = await planned(request, worker))
  }
  if (changesOf(plan).length === 0) {
    if (connects(request.action)) checkConnected(context)
    await record({ type: 'nothing-to-do', run: worker.run, plan, outcome: outcomeOf(context.facts), at: now() }, worker)
  } else {
    const approval = approvalFor(request, policy)
    await preflight(plan, context, worker)
    await record({ type: 'plan-ready', run: worker.run, plan, digest: digestOf(plan), approval }, worker)
  }
}

async function planned(request: Request, worker: RequestWorker): Promise<{ readonly context: StepContext; readonly plan: Plan }> {
  const context = await contextOf(request, worker)
  return { context, plan: await makePlan(request.action, context) }
}

function isUnconnected(plan: Plan, { facts: { endpoint } }: StepContext): boolean {
  return changesOf(plan).length === 0 && endpoint !== undefined && endpoint.connection !== 'Approved'
}

/** Whether this worker has nothing to end any more. */
function isOver(error: unknown): boolean {
  return error instanceof LostRun || error instanceof UnknownRequest
}

/** Throws when nothing is left to change but the connection is not approved: that is not "already in place". */
function checkConnected({ facts: { endpoint }, target: { services, network } }: StepContext): void {
  if (endpoint === undefined || endpoint.connection === 'Approved') return
  const names = services.map(({ service }) => service.name).join(' ')
  throw new TerminalError('connection-not-approved', `Everything is in place, but ${connectionText(endpoint)}.`, {
    remedy: `ClickHouse Cloud approves what is on the allow list. Wait a few minutes, then diagnose ${names} from ${network.name}; if it stays so, ask ClickHouse support.`,
  })
}

async function carryOut(request: Request, worker: RequestWorker): Promise<void> {
  const { plan: approved } = request
  if (approved === undefined) throw new Error(`${request.id} is applying without a plan.`)
  if (request.stopping !== undefined) return await stop({}, worker)
  const context = await contextOf(request, {
    ...worker,
    signal: AbortSignal.any([worker.signal, AbortSignal.timeout(applyWithinMs)]),
  })
  try {
    const current = await makePlan(request.action, context)
    // Without a change that is left, no approval is needed: the steps are only observed.
    const begun = begunBy(request)
    if (changesOf(current).length > 0) {
      if (begun.size === 0) checkStillApproved(request, policyOf(request, worker.policies))
      if (!stillApproved(approved, current, begun)) throw new PlanChanged()
    }
    await apply({
      plan: approved,
      request,
      context,
      now,
      ...(worker.stepped !== undefined && { stepped: worker.stepped }),
      record: async (id, progress, receipts) => {
        const vendorRequestIds = receipts.size > 0 && { vendorRequestIds: [...receipts] }
        await record({ type: 'step', run: worker.run, id, progress, ...vendorRequestIds }, worker, progressMs)
      },
    })
    await record({ type: 'finish', run: worker.run, outcome: outcomeOf(context.facts), at: now() }, worker)
    await updateStatus(context, worker)
  } catch (error) {
    if (error instanceof Stopped) await stop(context.facts, worker)
    else if (error instanceof PlanChanged) await askAgain(context, worker)
    else if (isOver(error) || worker.signal.aborted || refusesForNow(error)) throw error
    else {
      await fail(context.signal.aborted ? timedOut() : error, context.facts, worker)
      await updateStatus(context, worker)
    }
  }
}

/** Stores what `status` shows after a change. Never throws: the request has ended already. */
async function updateStatus({ facts, target }: StepContext, { verdicts, catalog, producer, log }: RequestWorker): Promise<void> {
  const at = now()
  try {
    for (const [id, verdict] of facts.verdicts ?? []) await verdicts.save(id, target.network.name, { ...verdict, at })
    await catalog.learn(new Map([...(facts.allowLists ?? [])].map(([id, { entries }]) => [id, entries])))
    await producer.work({ kind: 'survey-network', id: target.network.name })
  } catch (error) {
    log.warn({ err: error }, 'status not brought up to date')
  }
}

function timedOut(): TerminalError {
  return new TerminalError('timed-out', `The change has not ended within ${applyWithinMs / 60_000} minutes.`, {
    remedy: 'Look in Azure at the step that is still running. Setup can be run again: it goes on from what is there.',
  })
}

/** Plans again and asks for a new approval: somebody changed something between approval and write. */
async function askAgain({ approved: _, facts, ...rest }: StepContext, worker: RequestWorker): Promise<void> {
  const context = { ...rest, facts: {} }
  const request = await worker.ledger.get(worker.id)
  if (request?.run !== worker.run) throw new LostRun()
  const plan = await makePlan(request.action, context)
  const { stopping } = (await worker.ledger.get(worker.id)) ?? request
  if (stopping !== undefined) return await stop(facts, worker)
  if (changesOf(plan).length === 0) return await carryOut(request, worker)
  const approval = approvalFor(request, policyOf(request, worker.policies))
  await preflight(plan, context, worker)
  await record({ type: 'plan-changed', run: worker.run, plan, digest: digestOf(plan), approval }, worker)
}

/** Ends a cancelled request, with what was done until then. */
async function stop(facts: Facts, worker: RequestWorker): Promise<void> {
  await record({ type: 'stopped', run: worker.run, outcome: outcomeOf(facts), at: now() }, worker)
}

async function fail(error: unknown, facts: Facts, worker: RequestWorker): Promise<void> {
  const problem = toProblem(error)
  worker.log.error({ err: error, code: problem.code }, 'request failed')
  const event = { type: 'fail', run: worker.run, outcome: { ...outcomeOf(facts), problem }, at: now() } as const
  await record(event, worker).catch((lost: unknown) => {
    if (!(lost instanceof LostRun)) throw lost
  })
}

/** Writes the event to the ledger, then has the request shown. Throws `LostRun` when the ledger refuses the event. */
async function record(event: RequestEvent, { ledger, producer, id }: RequestWorker, showAfterMs = 0): Promise<void> {
  const { changed } = await ledger.record(id, event)
  if (!changed) throw new LostRun()
  await producer.show({ kind: 'request', id }, showAfterMs)
}

function begunBy({ steps }: Request): ReadonlySet<StepId> {
  return new Set(Object.entries(steps).flatMap(([id, progress]) => (progress.changed ? [id as StepId] : [])))
}

function outcomeOf({ endpoint, verdict }: Facts): Outcome {
  return {
    ...(endpoint?.guid !== undefined && { guid: endpoint.guid }),
    ...(endpoint?.address !== undefined && { address: endpoint.address }),
    ...(verdict !== undefined && { verdict }),
  }
}

function now(): string {
  return new Date().toISOString()
}
