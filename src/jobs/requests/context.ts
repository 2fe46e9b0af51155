import { TerminalError } from '../../domain/errors.ts'
import type { Maker, MarkedRequest } from '../../domain/ownership.ts'
import type { Plan, StepId } from '../../domain/plan.ts'
import { connects, type Pause, type Request } from '../../domain/request.ts'
import { type Network, sameId, type Target } from '../../domain/target.ts'
import type { Patiently } from '../retry.ts'
import { formerService } from '../services/former-service.ts'
import { networkNamed, type PrivateService, targetOf } from '../services/target.ts'
import type { StepContext } from '../steps/step.ts'
import { sharingFirstLooks } from './first-looks.ts'
import { lookAhead } from './look-ahead.ts'
import { readingOlderMarks } from './older-marks.ts'
import { LostRun, type RequestWorker, Stopped } from './run.ts'
import { servicesReachedFrom } from './services-of-network.ts'
import { tellingPauses } from './told-pauses.ts'

/** How old the list may be by which a service's name is resolved, in milliseconds. What is judged or changed is always read again. */
const namesMaxAgeMs = 10 * 60_000

/** Aliases and hosts are not read again within this, in milliseconds: ClickHouse Cloud allows ten calls in ten seconds, and the changes need them. */
const justReadMs = 10_000

/** The context in which a request's steps run, with no facts yet. */
export async function contextOf(request: Request, worker: RequestWorker): Promise<StepContext> {
  const { ledger, networks, organizations, run, id, signal } = worker
  const patiently = tellingPauses(signal, (pause) => tellPause(pause, worker))
  const { asked, undoes } = request
  const network = networkNamed(networks, asked.network)
  const undone = undoes === undefined ? undefined : await ledger.get(undoes)
  const plan = request.plan ?? undone?.plan
  // A removal finds things by the alias and hosts with which they were made; a setup or allow needs those that the services have now.
  const target: Target =
    plan === undefined
      ? targetOf(network, await namedServices(request, network, worker, patiently), request.action)
      : connects(request.action)
        ? targetOf(network, await currentNames(plan, worker, patiently), request.action)
        : { network, alias: plan.alias, services: plan.services }
  const maker: Maker = { installation: await worker.installation(), request: id, askedAt: asked.at }
  const networkOf = async (marked: MarkedRequest) => networkIn(await ledger.get(marked.request), marked)
  const known = async (marked: MarkedRequest) => (await networkOf(marked)) !== undefined
  const clouds = sharingFirstLooks(readingOlderMarks(worker.clouds, maker, known))
  const context: StepContext = {
    maker,
    requester: asked.by.name,
    target,
    clouds,
    configured: { networks, organizations },
    facts: {},
    ...(request.state === 'applying' && request.plan !== undefined && { approved: request.plan }),
    replacedIds: [request.plan, request.previousPlan].flatMap(replacedBy),
    ...(undone !== undefined && {
      undoing: { request: undone.id, askedAt: undone.asked.at, made: madeBy(undone), listed: undone.listed ?? [] },
    }),
    patiently,
    signal,
    networkOf,
    knownEndpoints: lately(ledger),
    hasListed: (listed) => hasListed(listed, network, ledger),
    async fence() {
      const now = await ledger.get(id)
      if (now?.run !== run || now.state !== 'applying') throw new LostRun()
      if (now.stopping !== undefined) throw new Stopped()
    },
    async noteListed(listing) {
      if (!(await ledger.record(id, { type: 'list', run, listing })).changed) throw new LostRun()
    },
  }
  lookAhead(request.action, context)
  return context
}

/** Never throws: the work goes on without the word. */
async function tellPause(pause: Pause | undefined, { ledger, producer, id, run, log }: RequestWorker): Promise<void> {
  try {
    const { changed } = await ledger.record(id, { type: 'pause', run, ...(pause !== undefined && { pause }) })
    if (changed) await producer.show({ kind: 'request', id })
  } catch (error) {
    log.warn({ err: error }, 'a pause was not told')
  }
}

/** The network that a marked request was about. A request that got the same id later was asked at another moment. */
function networkIn(request: Request | undefined, { askedAt }: MarkedRequest): string | undefined {
  return askedAt === undefined || askedAt === request?.asked.at ? request?.asked.network : undefined
}

/** For how long after a request Azure's lists are not believed, in milliseconds, and how many requests are looked through. */
const listsLagMs = 30 * 60_000
const latelyWithin = 200

/** The endpoints of requests that have lately changed something, as their plans and journals name them; the ledger is read once. */
function lately(ledger: RequestWorker['ledger']): StepContext['knownEndpoints'] {
  let reading: Promise<readonly Request[]> | undefined
  return async ({ name }) => {
    reading ??= ledger.newest(latelyWithin)
    const isLate = ({ applyingSince, endedAt }: Request) =>
      applyingSince !== undefined && (endedAt === undefined || Date.now() - Date.parse(endedAt) < listsLagMs)
    const requests = (await reading).filter((request) => isLate(request) && sameId(request.asked.network, name))
    return requests.flatMap(({ plan }) => plan?.site?.endpoint ?? [])
  }
}

/** How many requests are read to find out which one put an id on a list. */
const listedWithin = 1_000

async function hasListed(id: string, { name }: Network, ledger: RequestWorker['ledger']): Promise<boolean> {
  const requests = await ledger.newest(listedWithin)
  return requests.some(
    ({ asked, listed = [], plan }) =>
      sameId(asked.network, name) &&
      (listed.some(({ ids }) => ids.some((each) => sameId(each, id))) ||
        plan?.steps.some(({ seen }) => sameId(seen?.endpoint?.guid, id))),
  )
}

/** Alias and host of the plan's services as they are now: they may have changed since it was approved. */
async function currentNames(
  { services }: Plan,
  { targets, signal }: RequestWorker,
  patiently: Patiently,
): Promise<readonly PrivateService[]> {
  return await Promise.all(services.map(({ service }) => patiently(() => targets.of(service, justReadMs, signal))))
}

/** The services that the request names; without any, those that the network reaches. A teardown may name a deleted one. */
async function namedServices(
  { asked, action }: Request,
  network: Network,
  { catalog, targets, clouds, ledger, removedRequests, signal }: RequestWorker,
  patiently: Patiently,
): Promise<readonly PrivateService[]> {
  const named: PrivateService[] = []
  for (const words of asked.services) {
    try {
      const service = await patiently(() => catalog.resolve(words, namesMaxAgeMs, signal))
      named.push(await patiently(() => targets.of(service, 0, signal)))
    } catch (error) {
      const mayBeDeleted = action === 'teardown' && error instanceof TerminalError && error.code !== 'service-ambiguous'
      const former = mayBeDeleted ? await formerService(words, network, { ...ledger, ...removedRequests }) : undefined
      if (former === undefined) throw error
      named.push(former)
    }
  }
  if (named.length > 0) return named
  return await patiently(() => servicesReachedFrom(network, { catalog, targets, clouds, knownEndpoints: lately(ledger) }, signal))
}

/** GUIDs of endpoints that a plan replaces. */
function replacedBy(plan: Plan | undefined): readonly string[] {
  return plan?.steps.find(({ id }) => id === 'private-endpoint')?.seen?.replacedGuids ?? []
}

/** The steps in which a request created something. */
function madeBy({ steps, plan }: Request): ReadonlySet<StepId> {
  const changed = (plan?.steps ?? []).filter(({ id }) => steps[id]?.changed === true)
  return new Set(changed.filter(({ id, change }) => change.kind === 'create' || id === 'private-endpoint').map(({ id }) => id))
}
