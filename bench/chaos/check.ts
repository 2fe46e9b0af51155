import { earlyIn } from './check-early.ts'
import { toldIn } from './check-told.ts'
import { halvesIn } from './check-world.ts'
import { type Ask, endStates, type Fate, type Observed, type StoredRequest } from './observed.ts'

/** What broke, a sentence each. */
export interface Broken {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly early: readonly string[]
  /** Ended in a state that its history does not allow, or left half. */
  readonly wrong: readonly string[]
}

/** How a request may end, by what people meant to do with it. There may be nothing to do, whatever they meant. */
const ends: Readonly<Record<Fate, readonly string[]>> = {
  approve: ['done'],
  'approve-twice': ['done'],
  reject: ['rejected'],
  cancel: ['cancelled'],
  'cancel-late': ['cancelled', 'done'],
  leave: ['expired'],
}

/** Pure, and shares no code with the product: judges by what was asked for and what is to be seen. */
export function check(observed: Observed): Broken {
  const told = toldIn(observed)
  const world = halvesIn(observed)
  return {
    lost: [...lostIn(observed), ...told.lost],
    doubled: [...doubledIn(observed), ...told.doubled, ...world.doubled],
    early: earlyIn(observed),
    wrong: [...endsIn(observed), ...world.half],
  }
}

function lostIn({ asks, requests, jobsLeft, unshown }: Observed): readonly string[] {
  const known = new Set(requests.map(({ asked }) => asked.reason))
  return [
    ...asks.filter(({ tag }) => !known.has(tag)).map(({ tag }) => `${tag} is no request.`),
    ...requests.filter(({ state }) => !endStates.includes(state)).map(({ id, state }) => `${id} has not ended: ${state}.`),
    ...Object.entries(jobsLeft).map(([queue, count]) => `The queue ${queue} is not empty: ${count} left.`),
    ...unshown.map((id) => `Chat does not show the newest of ${id}.`),
  ]
}

function doubledIn({ requests, audit }: Observed): readonly string[] {
  const repeated = [...Map.groupBy(requests, ({ asked }) => asked.reason)].filter(([, all]) => all.length > 1)
  const endings = Map.groupBy(
    audit.filter(({ event, state }) => endStates.includes(state) && !event.startsWith('review') && event !== 'remind-review'),
    ({ request }) => request,
  )
  const voters = requests.flatMap(({ id, votes = [] }) => {
    const keys = votes.map(({ by }) => by.key)
    return new Set(keys).size < keys.length ? [`In ${id} a person counts twice.`] : []
  })
  return [
    ...repeated.map(([tag, all]) => `${tag} is several requests: ${all.map(({ id }) => id).join(', ')}.`),
    ...[...endings].filter(([, all]) => all.length > 1).map(([id, all]) => `${id} ended ${all.length} times.`),
    ...voters,
  ]
}

function endsIn(observed: Observed): readonly string[] {
  const { asks, requests, auditVerified } = observed
  const byTag = new Map(asks.map((ask) => [ask.tag, ask]))
  const audit = auditVerified.status === 0 ? [] : [`The audit does not verify: ${auditVerified.text}`]
  return [
    ...audit,
    ...requests.flatMap((request) => {
      const ask = byTag.get(request.asked.reason ?? '')
      if (ask === undefined) return [`${request.id} was asked for by nobody.`]
      return [...(endProblem(observed, request, ask) ?? []), ...decisionProblem(observed, request)]
    }),
  ]
}

function endProblem(observed: Observed, request: StoredRequest, { fate, tag, action }: Ask): readonly string[] | undefined {
  const { id, state, outcome } = request
  if (!endStates.includes(state) || state === 'nothing-to-do' || ends[fate].includes(state)) return undefined
  if (state === 'failed' && action === 'allow' && lackedSomething(observed, request)) return undefined
  if (state === 'failed' && outcome?.problem?.code === 'ScopeLocked' && wasLocked(observed)) return undefined
  const why = outcome?.problem === undefined ? '' : ` (${outcome.problem.code}: ${outcome.problem.message})`
  return [`${id} (${tag}, ${action}) was to be ${ends[fate].join(' or ')}, and is ${state}${why}.`]
}

/** An allow makes neither endpoint nor record: it fails where its network was without them at some time, and says so. */
function lackedSomething({ standings }: Observed, { asked: { network }, outcome }: StoredRequest): boolean {
  const own = standings.filter((standing) => standing.network === network)
  switch (outcome?.problem?.code) {
    case 'endpoint-absent':
      return own.some(({ endpoint }) => !endpoint)
    case 'dns-record-absent':
      return own.some(({ endpoint, resolves }) => endpoint && !resolves)
    default:
      return false
  }
}

function wasLocked({ troubles }: Observed): boolean {
  return troubles.some(({ what }) => what.startsWith('lock'))
}

/** Whatever counts as decided was clicked by somebody. */
function decisionProblem({ clicks }: Observed, { id, state, votes = [] }: StoredRequest): readonly string[] {
  const clicked = new Set(clicks.filter(({ request }) => request === id).map(({ kind }) => kind))
  const problems: string[] = []
  if (state === 'done' && votes.every(({ kind }) => kind !== 'approved')) problems.push(`${id} is done without an approval.`)
  if (votes.some(({ kind }) => kind === 'approved') && !clicked.has('approve')) problems.push(`${id} was approved by no click.`)
  if (state === 'rejected' && !clicked.has('reject')) problems.push(`${id} was rejected by no click.`)
  if (state === 'cancelled' && !clicked.has('cancel')) problems.push(`${id} was cancelled by no command.`)
  return problems
}
