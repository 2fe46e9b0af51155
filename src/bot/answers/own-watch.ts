import { type Person, samePerson } from '../../domain/person.ts'
import { covers, isApprover, type Policy } from '../../domain/policy.ts'
import type { Watch } from '../../domain/watch.ts'
import { shownName } from '../cards/subject.ts'
import { group, type Inline, listed, mention, words } from '../chat/card.ts'
import { type Desk, groupsOf } from './desk.ts'

/** How many approvers an answer names. */
const namedAtMost = 10

/**
 * Whether this person may end or change the watch: who began it, and the approvers of its network. Undefined where only a group could say so, and the chat
 * does not answer about it.
 */
export async function isTheirs(desk: Desk, by: Person, watch: Watch): Promise<boolean | undefined> {
  if (samePerson(watch.by, by)) return true
  let isKnown = true
  for (const policy of policiesOf(desk, watch)) {
    const groups = await groupsOf(desk, by, policy)
    if (groups === undefined) isKnown = false
    else if (isApprover(policy, by, groups)) return true
  }
  return isKnown ? false : undefined
}

/** `Only @alice, who began it, and the approvers of prod-westus3 (@bob or @carol) can`. */
export function whoMay(desk: Desk, watch: Watch): readonly Inline[] {
  const policies = policiesOf(desk, watch)
  const people = policies.flatMap(({ approvers }) => approvers)
  const groups = policies.flatMap((policy) => policy.groups)
  const each = [
    ...people.filter((person, index) => people.findIndex((other) => samePerson(other, person)) === index).map(mention),
    ...groups.filter((one, index) => groups.findIndex(({ id }) => id === one.id) === index).map(group),
  ].map((one): readonly Inline[] => [one])
  const more = each.length - namedAtMost
  const named = listed([...each.slice(0, namedAtMost), ...(more > 0 ? [[`${more} more`]] : [])], 'or')
  return words`Only ${mention(watch.by)}, who began it, and the approvers of ${shownName(watch.network)} (${named}) can`
}

/** Those of the network; where none is, e.g. because it was taken out of the configuration, all: somebody has to be able to end the watch. */
function policiesOf({ policies }: Desk, { network }: Watch): readonly Policy[] {
  const own = policies.filter((policy) => covers(policy, network) && policy.approvers.length + policy.groups.length > 0)
  return own.length > 0 ? own : policies
}
