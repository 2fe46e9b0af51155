import { samePerson } from '../../../domain/person.ts'
import { isInvolved, type Request } from '../../../domain/request.ts'
import type { Vote } from '../../../domain/vote.ts'
import { group, type Inline, listed, mention, words } from '../../chat/card.ts'
import { type ApproverAvailability, everyoneAvailable, stillAble } from './approver-availability.ts'

/** Those who can still approve, e.g. `@bob, @carol (deactivated) or @network-security`. */
export function approversText(
  { approval, asked, votes = [] }: Request,
  { away }: ApproverAvailability = everyoneAvailable,
): readonly Inline[] {
  if (approval === undefined) return []
  const people = approval.approvers
    .filter((person) => !samePerson(person, asked.by))
    .filter((person) => !votes.some(({ by, kind }) => samePerson(by, person) && kind === 'approved'))
    .map((person): readonly Inline[] => {
      const absence = away.get(person.key)
      return absence === undefined ? [mention(person)] : words`${person.name} (account ${absence})`
    })
  return listed([...people, ...approval.groups.map((each): readonly Inline[] => [group(each)])], 'or')
}

/** Those who can review what ran without an approval. */
export function reviewersText(request: Request): readonly Inline[] {
  const { approvers = [], groups = [] } = request.approval ?? {}
  const people = approvers.filter((person) => !isInvolved(request, person)).map(mention)
  return listed([...people, ...groups.map(group)], 'or')
}

/** `1 of 2 approvals, by @bob. Against: @dave.`; empty while there are no votes. */
export function votesText({ approval, votes = [] }: Request): readonly Inline[] {
  if (approval === undefined || votes.length === 0) return []
  const by = (kind: Vote['kind']) =>
    votes.filter((vote) => vote.kind === kind).map((vote): readonly Inline[] => [mention(vote.by)])
  const [pro, contra] = [by('approved'), by('rejected')]
  const approvals =
    pro.length === 0 ? [] : words`${String(pro.length)} of ${String(approval.needed)} approvals, by ${listed(pro, 'and')}. `
  return contra.length === 0 ? approvals : words`${approvals}Against: ${listed(contra, 'and')}. `
}

/** How many approvals are missing, and whose; for the answer to a click. */
export function quorumText(request: Request): readonly Inline[] {
  const { approval, votes = [] } = request
  if (approval === undefined) return []
  const missing = approval.needed - votes.filter(({ kind }) => kind === 'approved').length
  if (missing <= 0) return []
  return words`It needs ${String(missing)} more ${missing === 1 ? 'approval' : 'approvals'}, by ${approversText(request)}.`
}

/** How many people are mentioned. */
const namedAtMost = 20

/**
 * Mentions of those who can still approve. Members of a group are mentioned one by one, so that nobody is notified who has voted already or cannot
 * vote.
 */
export function waitingForText(request: Request, availability: ApproverAvailability): readonly Inline[] {
  const { groups = [] } = request.approval ?? {}
  const people = stillAble(request, availability)
  const more = people.length - namedAtMost
  const unread = availability.members === undefined ? groups.map(group) : []
  return listed([...people.slice(0, namedAtMost).map(mention), ...unread, ...(more > 0 ? [`${more} more`] : [])], 'or')
}
