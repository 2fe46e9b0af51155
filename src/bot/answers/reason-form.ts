import { policyFor } from '../../domain/policy.ts'
import { type Action, longestReason } from '../../domain/request.ts'
import type { Carried, FilledForm, Form, FormProblems } from '../chat/form.ts'
import type { Desk } from './desk.ts'

/** A button that asks for a change says why by itself; where the policy requires a reason, it is asked for, because it is the person's. */

export function isReasonRequired({ policies }: Pick<Desk, 'policies'>, action: Action, network: string): boolean {
  return policyFor(policies, action, network)?.reasonRequired === true
}

interface ReasonForm {
  readonly kind: 'fix' | 'undo'
  readonly title: string
  /** What is asked for, in a sentence. */
  readonly about: string
  readonly carried: Carried
}

export function reasonForm({ kind, title, about, carried }: ReasonForm): Form {
  return {
    kind,
    title,
    submit: 'Plan it',
    carried,
    instead: 'I could not open the form, so nothing was asked for. Click again.',
    parts: [
      { kind: 'note', text: about },
      { kind: 'text', name: 'reason', label: 'Reason', hint: 'The approvers see it.', longest: longestReason },
    ],
  }
}

/** What was said, or the problem of the field. */
export function reasonIn({ values }: FilledForm): string | FormProblems {
  const reason = values.reason?.trim() ?? ''
  return reason === '' ? { problems: { reason: 'Say why: the policy asks for a reason.' } } : reason
}
