import type { Person, Place } from './person.ts'
import type { Request } from './request.ts'

/** Who must agree to what. The first policy that matches a request is the one that counts. */
export interface Policy {
  /** Network names; `*` stands for any run of characters. */
  readonly networks: readonly string[]
  readonly actions: readonly string[]
  readonly approvers: readonly Person[]
  readonly expiryMs: number
  /** Where approval is asked for. */
  readonly channel: Place
}

export function policyFor(policies: readonly Policy[], action: string, network: string): Policy | undefined {
  return policies.find(
    (policy) => policy.actions.includes(action) && policy.networks.some((pattern) => matches(pattern, network)),
  )
}

function matches(pattern: string, name: string): boolean {
  const expression = pattern.split('*').map(RegExp.escape).join('.*')
  return new RegExp(`^${expression}$`, 'u').test(name)
}

/** Those who may approve what this person asked for: nobody approves their own request. */
export function approversFor(policy: Policy, requester: Person): readonly Person[] {
  return policy.approvers.filter(({ key }) => key !== requester.key)
}

export type Standing = 'may-decide' | 'own-request' | 'not-an-approver' | 'nothing-to-decide' | 'expired' | 'stale-plan'

/** What a click on Approve or Reject may do, judged from the ledger's request alone. `digest` is of the plan that the person saw. */
export function standingOf(request: Request, person: Person, digest: string, at: string): Standing {
  if (request.state === 'expired') return 'expired'
  if (request.state !== 'awaiting-approval' || request.approval === undefined) return 'nothing-to-decide'
  if (person.key === request.asked.by.key) return 'own-request'
  if (!request.approval.approvers.some(({ key }) => key === person.key)) return 'not-an-approver'
  if (Date.parse(at) >= Date.parse(request.approval.expiresAt)) return 'expired'
  return digest === request.digest ? 'may-decide' : 'stale-plan'
}
