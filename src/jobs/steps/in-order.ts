import type { StepId } from '../../domain/plan.ts'

/**
 * Visits every step once those that it needs are visited, independent ones at the same time. After a failure no visit begins; once all visits have ended, the
 * first failure is thrown. The order of `steps` does not matter; a step that is needed and not among them is not waited for.
 */
export async function visitInOrder<Step extends { readonly id: StepId; readonly needs: readonly StepId[] }>(
  steps: readonly Step[],
  visit: (step: Step) => Promise<void>,
): Promise<void> {
  const visits = new Map<StepId, Promise<void>>()
  const failures: unknown[] = []
  const visitOf = (step: Step): Promise<void> => {
    const begun = visits.get(step.id)
    if (begun !== undefined) return begun
    const needed = steps.filter(({ id }) => step.needs.includes(id)).map(visitOf)
    const run = async (): Promise<void> => {
      await Promise.all(needed)
      if (failures.length > 0) return
      await visit(step).catch((error: unknown) => {
        failures.push(error)
      })
    }
    const visiting = run()
    visits.set(step.id, visiting)
    return visiting
  }
  await Promise.all(steps.map(visitOf))
  if (failures.length > 0) throw failures[0]
}
