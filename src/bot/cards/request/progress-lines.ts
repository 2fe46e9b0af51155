import { cleanText } from '../../../domain/hostile-text.ts'
import type { PlannedStep, StepId } from '../../../domain/plan.ts'
import { connects, type Request, type StepProgress } from '../../../domain/request.ts'
import { code, type Text, words } from '../../chat/card.ts'
import { durationBetween } from '../duration.ts'

/** Steps that change nothing and are in no plan: each waits until a condition holds. */
const conditions: readonly { readonly id: StepId; readonly title: string }[] = [
  { id: 'connection', title: 'connection approved' },
  { id: 'verification', title: 'verified from the network' },
]

/** The state of each step, as a symbol and in words. */
export function progressLines(request: Request): readonly Text[] {
  const planned = request.plan?.steps ?? []
  return [
    ...planned.map((step) => {
      const [symbol, state] = changeState(request, step)
      return words`${symbol} ${step.title} ${code(cleanText(step.resource, 120))}: ${state}${noteOf(request, step.id)}`
    }),
    ...conditionsOf(request).map(({ id, title }) => {
      const [symbol, state] = conditionState(request, id)
      return words`${symbol} ${title}: ${state}${noteOf(request, id)}`
    }),
  ]
}

/** Only a request that connects has conditions; a removal ends with its last step. */
function conditionsOf({ action }: Request): typeof conditions {
  return connects(action) ? conditions : []
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
      if (progress.kept === true) return ['=', 'kept']
      return progress.changed ? ['✔', `done${took('in', progress)}`] : ['✔', 'found in place']
    case 'failed':
      return ['✘', `failed${took('after', progress)}`]
    case 'running':
      return applying ? ['▸', 'running'] : ['✘', 'not finished']
  }
}

function conditionState({ steps, state }: Request, id: StepId): State {
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

/** The step's note, unless the card has it elsewhere: the problem at its end, or why something was kept. */
function noteOf({ steps, outcome }: Request, id: StepId): string {
  const { note, kept } = steps[id] ?? {}
  if (kept === true && outcome !== undefined) return ''
  return note === undefined || note === outcome?.problem?.message ? '' : ` · ${cleanText(note, 150)}`
}

/**
 * What a request that ended early has done and has not done. The journal marks a step as `changed` before its first write, so that an unfinished step
 * may or may not have changed its resource.
 */
export function doneAndNotDone({ plan, steps }: Request): string {
  const planned = (plan?.steps ?? []).filter(({ id, change }) => change.kind !== 'none' || steps[id]?.changed === true)
  const changed = planned.filter(({ id }) => steps[id]?.changed === true)
  const kept = planned.filter(({ id }) => steps[id]?.kept === true)
  const done = changed.filter(({ id }) => steps[id]?.state === 'done' && steps[id]?.kept !== true)
  const unsure = changed.filter(({ id }) => steps[id]?.state !== 'done')
  const left = planned.filter(({ id }) => steps[id]?.changed !== true && steps[id]?.state !== 'done')
  if (changed.length === 0) return 'Nothing was changed.'
  const sentences = [
    done.length > 0 ? `Changed, and left so: ${titles(done)}.` : '',
    kept.length > 0 ? `Kept: ${titles(kept)}.` : '',
    unsure.length > 0 ? `Begun, and perhaps changed: ${titles(unsure)}.` : '',
    left.length > 0 ? `Not done: ${titles(left)}.` : '',
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function titles(steps: readonly PlannedStep[]): string {
  return steps.map(({ title }) => title).join(', ')
}
