import { cleanText } from '../../../domain/hostile-text.ts'
import type { PlannedStep, StepId } from '../../../domain/plan.ts'
import { connects, type Request, type StepProgress } from '../../../domain/request.ts'
import { code, type Text, words } from '../../chat/card.ts'
import { durationBetween } from '../duration.ts'

/** Steps that change nothing and so stand in no plan: they wait until something is seen. */
const looks: readonly { readonly id: StepId; readonly title: string }[] = [
  { id: 'connection', title: 'connection approved' },
  { id: 'verification', title: 'verified from the network' },
]

/** How far each step is: a symbol for the eye, and a word that says the same. */
export function progressLines(request: Request): readonly Text[] {
  const planned = request.plan?.steps ?? []
  return [
    ...planned.map((step) => {
      const [symbol, state] = changeState(request, step)
      return words`${symbol} ${step.title} ${code(cleanText(step.resource, 120))}: ${state}${noteOf(request, step.id)}`
    }),
    ...looksOf(request).map(({ id, title }) => {
      const [symbol, state] = lookState(request, id)
      return words`${symbol} ${title}: ${state}${noteOf(request, id)}`
    }),
  ]
}

/** Taking away ends with the last removal; there is nothing to look at afterwards. */
function looksOf({ action }: Request): typeof looks {
  return connects(action) ? looks : []
}

type State = readonly [symbol: string, words: string]

function changeState(request: Request, step: PlannedStep): State {
  const { id, change, kept } = step
  const progress = request.steps[id]
  const applying = request.state === 'applying'
  if (kept === true && progress?.changed !== true) return ['=', 'left as it is']
  if (progress === undefined && change.kind === 'none') return ['=', 'already in place']
  if (progress === undefined) return ['·', applying ? 'waiting' : 'not done']
  switch (progress.state) {
    case 'done':
      return progress.changed ? ['✔', `done${took('in', progress)}`] : ['✔', 'found in place']
    case 'failed':
      return ['✘', `failed${took('after', progress)}`]
    case 'running':
      return applying ? ['▸', 'running'] : ['✘', 'not finished']
  }
}

function lookState({ steps, state }: Request, id: StepId): State {
  const progress = steps[id]
  if (progress === undefined) return ['·', state === 'applying' ? 'waiting' : 'not looked at']
  switch (progress.state) {
    case 'done':
      return ['✔', `seen${took('after', progress)}`]
    case 'failed':
      return ['✘', `not seen${took('within', progress)}`]
    case 'running':
      return state === 'applying' ? ['▸', 'looking'] : ['✘', 'not seen']
  }
}

function took(preposition: string, { startedAt, finishedAt }: StepProgress): string {
  return finishedAt === undefined ? '' : ` ${preposition} ${durationBetween(startedAt, finishedAt)}`
}

/** What came to light; not what the card says at its end anyway. */
function noteOf({ steps, outcome }: Request, id: StepId): string {
  const note = steps[id]?.note
  return note === undefined || note === outcome?.problem?.message ? '' : ` · ${cleanText(note, 150)}`
}

/**
 * Of a request that ended early: what it did, and what it did not. A step's journal says `changed` from before its first write on, so one that did not
 * end well may or may not have changed something.
 */
export function doneAndNotDone({ plan, steps }: Request): string {
  const planned = (plan?.steps ?? []).filter(({ id, change }) => change.kind !== 'none' || steps[id]?.changed === true)
  const changed = planned.filter(({ id }) => steps[id]?.changed === true)
  const done = changed.filter(({ id }) => steps[id]?.state === 'done')
  const unsure = changed.filter(({ id }) => steps[id]?.state !== 'done')
  const left = planned.filter(({ id }) => steps[id]?.changed !== true && steps[id]?.state !== 'done')
  if (changed.length === 0) return 'Nothing was changed.'
  const sentences = [
    done.length > 0 ? `Changed, and left so: ${titles(done)}.` : '',
    unsure.length > 0 ? `Begun, and perhaps changed: ${titles(unsure)}.` : '',
    left.length > 0 ? `Not done: ${titles(left)}.` : '',
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function titles(steps: readonly PlannedStep[]): string {
  return steps.map(({ title }) => title).join(', ')
}
