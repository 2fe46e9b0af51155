import { samePerson } from '../domain/person.ts'
import { isInvolved, type Request, type Vote } from '../domain/request.ts'
import { group, type Inline, listed, mention, words } from './card.ts'

/** Nobody has been found to be unavailable. */
const everyoneThere: ReadonlySet<string> = new Set()

/** Those who can still approve, e.g. `@bob, @carol (deactivated) or @network-security`. `away`: keys of people whose account is gone. */
export function approversText({ approval, asked, votes = [] }: Request, away = everyoneThere): readonly Inline[] {
  if (approval === undefined) return []
  const people = approval.approvers
    .filter((person) => !samePerson(person, asked.by))
    .filter((person) => !votes.some(({ by, kind }) => samePerson(by, person) && kind === 'approved'))
    .map((person): readonly Inline[] => (away.has(person.key) ? words`${person.name} (account deactivated)` : [mention(person)]))
  return listed([...people, ...approval.groups.map((each): readonly Inline[] => [group(each)])], 'or')
}

/** Those who can review what ran without an approval. */
export function reviewersText(request: Request): readonly Inline[] {
  const { approvers = [], groups = [] } = request.approval ?? {}
  const people = approvers.filter((person) => !isInvolved(request, person)).map(mention)
  return listed([...people, ...groups.map(group)], 'or')
}

/** `1 of 2 approvals, by @bob. Against: @dave.`; nothing while nobody has said anything. */
export function votesText({ approval, votes = [] }: Request): readonly Inline[] {
  if (approval === undefined || votes.length === 0) return []
  const by = (kind: Vote['kind']) =>
    votes.filter((vote) => vote.kind === kind).map((vote): readonly Inline[] => [mention(vote.by)])
  const [pro, contra] = [by('approved'), by('rejected')]
  const approvals =
    pro.length === 0 ? [] : words`${String(pro.length)} of ${String(approval.needed)} approvals, by ${listed(pro, 'and')}. `
  return contra.length === 0 ? approvals : words`${approvals}Against: ${listed(contra, 'and')}. `
}

/** What is still missing, for the person who has just clicked. */
export function quorumText(request: Request): readonly Inline[] {
  const { approval, votes = [] } = request
  if (approval === undefined) return []
  const missing = approval.needed - votes.filter(({ kind }) => kind === 'approved').length
  if (missing <= 0) return []
  return words`It needs ${String(missing)} more ${missing === 1 ? 'approval' : 'approvals'}, by ${approversText(request)}.`
}

/** Too few are left who could approve. Members of groups are not counted: there may be others. */
export function isQuorumImpossible({ approval, asked, votes = [] }: Request, away: ReadonlySet<string>): boolean {
  if (approval === undefined || approval.groups.length > 0) return false
  const against = new Set(votes.filter(({ kind }) => kind === 'rejected').map(({ by }) => by.key))
  const able = approval.approvers.filter(({ key }) => key !== asked.by.key && !away.has(key) && !against.has(key))
  return able.length < approval.needed
}
