import { withLogFields } from '../../log-fields.ts'
import { inSpan } from '../../tracing.ts'
import type { Step } from './step.ts'

/** Does the work of a step in a span of its own; what is logged meanwhile names the step. */
export async function watchedStep<T>(
  { id }: Pick<Step, 'id'>,
  doing: 'plan' | 'apply',
  request: string,
  work: () => Promise<T>,
): Promise<T> {
  const attributes = { 'privatelink.request': request, 'privatelink.step': id }
  return await withLogFields({ step: id }, () => inSpan({ name: `${doing} ${id}`, attributes }, () => work()))
}
