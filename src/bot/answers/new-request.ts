import { samePerson } from '../../domain/person.ts'
import { isApprover, policyFor } from '../../domain/policy.ts'
import { type Action, type Asked, isOpen, longestReason, newRequest, type Request } from '../../domain/request.ts'
import { asksForTheSame } from '../../domain/same-request.ts'
import { shownName, statusOf, subjectOf } from '../cards/subject.ts'
import { type Card, command, group, listed, say, strong, words } from '../chat/card.ts'
import { type Desk, declining, groupsOf, tooManyFrom, wake } from './desk.ts'

/** Bounds of one request: longest name, in characters, and number of services. */
const longestName = 200
const mostServices = 20

/** How many requests of one person may be unfinished. */
const mostOpen = 20

/** Stores the request and queues its planning. The planner finds out whether the service exists. */
export async function askForChange(desk: Desk, action: Action, asked: Omit<Asked, 'at'>, undoes?: string): Promise<Card> {
  const tooLong = tooLongIn(asked)
  if (tooLong !== undefined) return say(`${tooLong} Nothing was asked for.`)
  const refusal = (await notARequester(desk, action, asked)) ?? (await tooManyFrom(desk, asked.by))
  if (refusal !== undefined) return refusal
  const isSame = (open: Request) => asksForTheSame(open, newRequest(open.id, { ...asked, at: open.asked.at }, action, undoes))
  const own = (await desk.ledger.open()).filter((open) => isOpen(open) && samePerson(open.asked.by, asked.by))
  const before = own.find(isSame)
  if (before !== undefined) return askedBefore(before)
  if (own.length >= mostOpen) return tooManyOpen(desk, own)
  const request = newRequest(await desk.ledger.nextId(), { ...asked, at: desk.now() }, action, undoes)
  const standing = await desk.ledger.create(request, (open) => isOpen(open) && isSame(open))
  if (standing.id !== request.id) return askedBefore(standing)
  desk.told(request)
  const item = { kind: 'request', id: request.id } as const
  // The more a person has open, the later: somebody who asks for one thing does not wait for all of theirs.
  const awake = await wake(desk, desk.producer.work(item, { behind: own.length }), desk.producer.show(item))
  const subject = subjectOf(request)
  return {
    summary: `Planning ${request.id}: ${subject} (${statusOf(request)})`,
    parts: [
      {
        kind: 'text',
        text: awake
          ? words`Planning ${strong(request.id)}: ${subject}. The plan follows here.`
          : words`${strong(request.id)} is recorded: ${subject}. Its planning could not be queued at once, so the plan takes a little longer.`,
      },
      { kind: 'note', text: statusOf(request) },
    ],
  }
}

/** Why this person may not ask for it; undefined where they may. */
async function notARequester(desk: Desk, action: Action, { by, network }: Omit<Asked, 'at'>): Promise<Card | undefined> {
  const requesters = policyFor(desk.policies, action, network)?.requesters
  if (requesters === undefined) return undefined
  const groups = await groupsOf(desk, by, requesters)
  if (groups !== undefined && isApprover(requesters, by, groups)) return undefined
  const names = listed([...requesters.approvers.map(({ name }) => shownName(name)), ...requesters.groups.map(group)], 'or')
  const what = words`${action} in ${shownName(network)} may be asked for by ${names} only.`
  return groups === undefined
    ? declining(desk, 'membership-unknown', say(words`${what} I could not check the group just now. Try again in a moment.`))
    : declining(desk, 'not-a-requester', say(words`${what} Nothing was asked for.`))
}

/** The answer to a command or form that came twice, from a person or a chat that does not know whether the first one arrived. */
function askedBefore(request: Request): Card {
  return say(
    words`${strong(request.id)} asks for this already: ${subjectOf(request)}. Nothing was asked for again. To see it: ${command(`request ${request.id}`)}. To end it: ${command(`cancel ${request.id}`)}.`,
    statusOf(request),
  )
}

/** One person's requests must not keep the others' waiting, nor fill the approval channel. */
function tooManyOpen(desk: Desk, own: readonly Request[]): Card {
  const [oldest] = own.toSorted((one, other) => one.asked.at.localeCompare(other.asked.at))
  return declining(
    desk,
    'too-many-open',
    say(
      words`${String(own.length)} of your requests are not finished, and ${String(mostOpen)} is the most: nothing was asked for. To end one: ${command(`cancel ${oldest?.id}`)}. To see them all: ${command('requests mine')}.`,
    ),
  )
}

function tooLongIn({ reason = '', services }: Pick<Asked, 'reason' | 'services'>): string | undefined {
  const { length } = [...reason]
  if (length > longestReason) {
    return `The reason has ${length} characters, and I keep at most ${longestReason}: shorten it.`
  }
  if (services.length > mostServices) {
    return `These are ${services.length} services, and one request takes at most ${mostServices}: ask for the others in another one.`
  }
  const isLong = services.some(({ service, organization = '' }) => Math.max(service.length, organization.length) > longestName)
  return isLong ? `No service has a name of more than ${longestName} characters.` : undefined
}
