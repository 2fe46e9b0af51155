import type { Plan, PlannedStep } from '../../../domain/plan.ts'
import { strong, type Text, words } from '../../chat/card.ts'
import { stepLines } from './plan-lines.ts'

/** A plan compared with the one before it: new, changed and removed steps are marked. */
export function differenceLines(plan: Plan, previous: Plan): readonly Text[] {
  const before = (id: PlannedStep['id']) => previous.steps.find((step) => step.id === id)
  const gone = previous.steps.filter(({ id, change }) => change.kind !== 'none' && !plan.steps.some((step) => step.id === id))
  return [
    ...plan.steps.flatMap((step) => {
      const was = before(step.id)
      if (was === undefined) return markedLines('new', step)
      if (JSON.stringify(was.change) === JSON.stringify(step.change)) return stepLines(step)
      return [...markedLines('now', step), ...markedLines('was', was)]
    }),
    ...gone.flatMap((step) => markedLines('no longer', step)),
  ]
}

function markedLines(mark: string, step: PlannedStep): readonly Text[] {
  const [line = '', ...more] = stepLines(step)
  return [words`${strong(mark)} ${line}`, ...more]
}
