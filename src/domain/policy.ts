import { createHash } from 'node:crypto'
import { type Group, type Person, type Place, samePerson } from './person.ts'
import { isOpen, needsReview, type Request } from './request.ts'
import { hasChangedTooOften } from './vote.ts'
import { wildcard } from './wildcard.ts'

/** Who has to approve what. The first policy that matches a request applies. */
export interface Policy {
  /** Network names; `*` stands for any run of characters. */
  readonly networks: readonly string[]
  readonly actions: readonly string[]
  readonly approvers: readonly Person[]
  readonly groups: readonly Group[]
  /** How many people have to approve. */
  readonly approvals: number
  /** Whether one rejection ends a request. */
  readonly rejectionEnds: boolean
  readonly expiryMs: number
  /** How long after approval was asked for those who can still act are reminded. */
  readonly remindersMs: readonly number[]
  /** Whether a request must say why. */
  readonly reasonRequired: boolean
  /** Who may run a request at once, in an emergency. */
  readonly breakGlass: readonly Person[]
  /** Where approval is asked for: its channel, in each chat that the channel is in. */
  readonly places: readonly Place[]
  /** Who may ask; everybody where it is absent. */
  readonly requesters?: Approvers
}

/** The first policy for this action in this network; undefined when there is none. */
export function policyFor(policies: readonly Policy[], action: string, network: string): Policy | undefined {
  return policies.find((policy) => policy.actions.includes(action) && covers(policy, network))
}

/** Whether the policy is for the network. */
export function covers({ networks }: Policy, network: string): boolean {
  return networks.some((pattern) => wildcard(pattern, 'u').test(network))
}

/** The policy's approvers without the requester: nobody approves their own request. */
export function approversFor(policy: Policy, requester: Person): readonly Person[] {
  return policy.approvers.filter((approver) => !samePerson(approver, requester))
}

export type Standing =
  | 'may-decide'
  | 'own-request'
  | 'not-an-approver'
  | 'nothing-to-decide'
  | 'expired'
  | 'stale-plan'
  | 'already-approved'
  | 'already-rejected'
  | 'changed-too-often'

/** Who may decide: of a policy, or of a request that asks for approval. */
export type Approvers = Pick<Policy, 'approvers' | 'groups'>

/** Whether the list names this person; `groups` are those of its groups in which the chat says that they are. */
export function isApprover(list: Approvers | undefined, person: Person, groups: readonly Group[]): boolean {
  return list !== undefined && (list.approvers.some((approver) => samePerson(approver, person)) || groups.length > 0)
}

/** A vote that a person tries to cast. */
export interface AttemptedVote {
  readonly kind: 'approved' | 'rejected'
  /** Digest of the plan that the person saw. */
  readonly digest: string
  readonly at: string
  /** The groups of the request in which the chat says that the person is. */
  readonly groups?: readonly Group[]
}

/** Whether this person may cast this vote now, judged from the ledger's request. */
export function standingOf(request: Request, person: Person, { kind, digest, at, groups = [] }: AttemptedVote): Standing {
  if (request.state === 'expired') return 'expired'
  if (request.state !== 'awaiting-approval' || request.approval === undefined) return 'nothing-to-decide'
  if (samePerson(person, request.asked.by)) return 'own-request'
  if (!isApprover(request.approval, person, groups)) return 'not-an-approver'
  if (Date.parse(at) >= Date.parse(request.approval.expiresAt)) return 'expired'
  if (digest !== request.digest) return 'stale-plan'
  const vote = request.votes?.find(({ by }) => samePerson(by, person))
  if (vote?.kind === kind) return `already-${kind}`
  return hasChangedTooOften(vote) ? 'changed-too-often' : 'may-decide'
}

/**
 * A request that waits for a review, with those who may review it: the approvers who were asked, and those of the policy as it is now. Without the latter nobody
 * could review what was run once the former have left. Any other request as it is.
 */
export function withReviewers(request: Request, policies: readonly Policy[]): Request {
  const { approval, action, asked } = request
  const policy = policyFor(policies, action, asked.network)
  if (approval === undefined || policy === undefined || isOpen(request) || !needsReview(request)) return request
  const newer = policy.approvers.filter((person) => !approval.approvers.some((known) => samePerson(known, person)))
  const groups = policy.groups.filter(({ surface, id }) =>
    approval.groups.every((known) => known.surface !== surface || known.id !== id),
  )
  return {
    ...request,
    approval: { ...approval, approvers: [...approval.approvers, ...newer], groups: [...approval.groups, ...groups] },
  }
}

/** Names the policy's version: 12 hex digits that change when who decides, or how many have to, changes. */
export function policyVersion({ approvers, groups, approvals, breakGlass }: Policy): string {
  const keys = (people: readonly Person[]) => people.map(({ key, email, accounts }) => [key, email, accounts])
  const essence = JSON.stringify([keys(approvers), groups, approvals, keys(breakGlass)])
  return createHash('sha256').update(essence).digest('hex').slice(0, 12)
}

/**
 * Those whose word let the request run, and who may not give it any more as the policy is now; `undefined` when it may run. Members of groups were asked about at
 * their click: here only their group has to be in the policy still.
 */
export function withdrawnFrom({ approval, votes = [], decision }: Request, policy: Policy): readonly Person[] | undefined {
  if (approval === undefined || approval.policy === policyVersion(policy)) return undefined
  const isIn = (people: readonly Person[]) => (person: Person) => people.some((each) => samePerson(each, person))
  if (decision?.kind === 'overridden') return isIn(policy.breakGlass)(decision.by) ? undefined : [decision.by]
  const hasGroup = approval.groups.some((group) =>
    policy.groups.some(({ surface, id }) => surface === group.surface && id === group.id),
  )
  const approved = votes.filter(({ kind }) => kind === 'approved').map(({ by }) => by)
  const still = approved.filter((by) => isIn(policy.approvers)(by) || (hasGroup && !isIn(approval.approvers)(by)))
  return still.length >= policy.approvals ? undefined : approved.filter((by) => !still.includes(by))
}
