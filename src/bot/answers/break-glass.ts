import { type Person, samePerson } from '../../domain/person.ts'
import { couldBeReviewed, type Request } from '../../domain/request.ts'
import { shownName, statusOf, titleOf } from '../cards/subject.ts'
import { type Card, listed, mention, say, strong, words } from '../chat/card.ts'
import type { Click, FormProblems, Reply } from '../chat/surface.ts'
import { decidedText } from './decide.ts'
import { type Desk, declining, wake } from './desk.ts'
import { longestReason } from './service-form.ts'

/** Shortest reason that says anything, in characters. */
const shortestReason = 5

/** In an emergency someone whom the policy lists runs a request at once: asked for a reason and a confirmation first. */
export async function askToOverride(desk: Desk, { by, digest }: Click, request: Request): Promise<Reply> {
  const refusal = refusalOf(desk, by, digest, request)
  if (refusal !== undefined) return { kind: 'card', card: refusal }
  return {
    kind: 'confirmation',
    confirmation: {
      id: request.id,
      digest,
      title: 'Break glass',
      text: `${titleOf(request)}. ${request.id} runs at once, without an approval. Its approvers are told now, and it stays open until one of them has reviewed it.`,
      submit: 'Run it now',
    },
  }
}

/** The confirmation, judged again: much may have happened since the form was opened. */
export async function override(desk: Desk, by: Person, { id, digest, reason }: Overriding): Promise<Card | FormProblems> {
  if (reason.trim().length < shortestReason)
    return { problems: { reason: 'Say why it cannot wait: those who review it will ask.' } }
  if ([...reason].length > longestReason) return { problems: { reason: `At most ${longestReason} characters.` } }
  const request = await desk.ledger.get(id)
  if (request === undefined) return say(words`I do not know a request ${shownName(id)}, so nothing was run.`)
  const refusal = refusalOf(desk, by, digest, request)
  if (refusal !== undefined) return refusal
  const recorded = await desk.ledger.record(id, {
    type: 'override',
    by,
    surface: desk.surface,
    digest,
    reason: reason.trim(),
    at: desk.now(),
  })
  if (!recorded.changed) {
    return refusalOf(desk, by, digest, recorded.request) ?? say(words`${id} cannot be run any more.`, statusOf(recorded.request))
  }
  const item = { kind: 'request', id } as const
  await wake(desk, desk.producer.work(item), desk.producer.show(item))
  return say(words`${strong(id)} runs now. Its approvers are told, and one of them has to review it.`, statusOf(recorded.request))
}

interface Overriding {
  readonly id: string
  readonly digest: string
  readonly reason: string
}

function refusalOf(desk: Desk, by: Person, digest: string, request: Request): Card | undefined {
  const { id, approval, state } = request
  if (state !== 'awaiting-approval' || approval === undefined) {
    return declining(
      desk,
      'nothing-to-decide',
      say(words`${decidedText(request, desk.now())}: there is nothing to run at once.`, statusOf(request)),
    )
  }
  if (!approval.breakGlass.some((person) => samePerson(person, by))) {
    const who = listed(
      approval.breakGlass.map((person) => [mention(person)]),
      'or',
    )
    return declining(desk, 'not-for-emergencies', say(words`Only ${who} may run ${id} without an approval.`, statusOf(request)))
  }
  if (Date.parse(desk.now()) >= Date.parse(approval.expiresAt))
    return declining(desk, 'expired', say(words`${id} has expired. Ask for it again.`, statusOf(request)))
  if (!couldBeReviewed(request, by))
    return declining(
      desk,
      'nobody-to-review',
      say(
        words`${id} has no approver besides you and whoever asked, so nobody could review it afterwards. Add one to the policy, then ask for it again.`,
        statusOf(request),
      ),
    )
  if (digest !== request.digest)
    return declining(
      desk,
      'stale-plan',
      say(
        words`The plan of ${id} changed since you opened it. Look at its message, and try again from there.`,
        statusOf(request),
      ),
    )
  return undefined
}
