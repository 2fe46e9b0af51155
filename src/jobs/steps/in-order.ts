import type { StepId } from '../../domain/plan.ts'

/**
 * Visits every step once those that it needs are visited, independent ones at the same time. After a failure no visit begins; once all visits have ended, the
 * first failure is thrown. `steps` must hold each step after those that it needs.
 */
export async function visitInOrder<Step extends { readonly id: StepId; readonly needs: readonly StepId[] }>(
  steps: readonly Step[],
  visit: (step: Step) => Promise<void>,
): Promise<void> {
  const visits = new Map<StepId, Promise<void>>()
  const failures: unknown[] = []
  for (const step of steps) {
    const needed = step.needs.map((id) => visits.get(id))
    const run = async (): Promise<void> => {
      await Promise.all(needed)
      if (failures.length > 0) return
      await visit(step).catch((error: unknown) => {
        failures.push(error)
      })
    }
    visits.set(step.id, run())
  }
  await Promise.all(visits.values())
  if (failures.length > 0) throw failures[0]
}
