import type { Approval } from '../src/domain/request.ts'

/** One person's approval is enough: no groups, no reminders, no break-glass. */
export function openApproval(
  rest: Pick<Approval, 'approvers' | 'places' | 'askedAt' | 'expiresAt'> & Partial<Approval>,
): Approval {
  return { groups: [], needed: 1, rejectionEnds: true, breakGlass: [], remindAt: [], ...rest }
}
