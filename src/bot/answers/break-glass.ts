import { type Person, samePerson } from '../../domain/person.ts'
import { couldBeReviewed, longestReason, type Request } from '../../domain/request.ts'
import { decidedText } from '../cards/request/decided-text.ts'
import { shownName, statusOf, titleOf } from '../cards/subject.ts'
import { type Card, listed, mention, say, strong, words } from '../chat/card.ts'
import { type FilledForm, type Form, type FormProblems, wholeForm } from '../chat/form.ts'
import type { Click, Reply } from '../chat/surface.ts'
import { type Desk, declining, wake } from './desk.ts'

/** Break glass: a person whom the policy lists for emergencies runs a request without an approval, after giving a reason in a form. */

const unknownForm = 'I do not know this form any more, so nothing was done. Close it, and click again on the message.'

/** Shortest reason that is accepted, in characters. */
const shortestReason = 5

export async function openOverrideForm(desk: Desk, { by, digest }: Click, request: Request): Promise<Reply> {
  const refusal = refusalOf(desk, by, digest, request)
  if (refusal !== undefined) return { kind: 'card', card: refusal }
  return { kind: 'form', form: formFor(request, digest) }
}

/** The form again, for a chat that asks anew; undefined where the request does not exist. */
export async function overrideForm(desk: Desk, { carried }: FilledForm): Promise<Form | undefined> {
  const request = await desk.ledger.get(carried.request ?? '')
  return request === undefined ? undefined : formFor(request, carried.digest ?? '')
}

function formFor(request: Request, digest: string): Form {
  return {
    kind: 'override',
    title: 'Break glass',
    submit: 'Run it now',
    carried: { request: request.id, digest },
    instead: 'I could not open the form, so nothing was run. Click again.',
    parts: [
      {
        kind: 'note',
        text: `${titleOf(request)}. ${request.id} runs at once, without an approval. Its approvers are told now, and it stays open until one of them has reviewed it.`,
      },
      {
        kind: 'text',
        name: 'reason',
        label: 'Why it cannot wait',
        hint: 'The approvers and whoever reviews it see this.',
        longest: longestReason,
      },
    ],
  }
}

/** Runs the request. The ledger is read again: the request may have changed since the form was opened. */
export async function override(desk: Desk, by: Person, { carried, values }: FilledForm): Promise<Card | FormProblems> {
  const { request: id, digest } = carried
  if (id === undefined || digest === undefined) {
    desk.declined('unknown-form')
    return { problems: { [wholeForm]: unknownForm } }
  }
  const reason = values.reason?.trim() ?? ''
  if (reason.length < shortestReason) return { problems: { reason: 'Say why it cannot wait: those who review it will ask.' } }
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
    reason,
    at: desk.now(),
  })
  if (!recorded.changed) {
    return refusalOf(desk, by, digest, recorded.request) ?? say(words`${id} cannot be run any more.`, statusOf(recorded.request))
  }
  const item = { kind: 'request', id } as const
  await wake(desk, desk.producer.work(item, { first: true }), desk.producer.show(item))
  return say(words`${strong(id)} runs now. Its approvers are told, and one of them has to review it.`, statusOf(recorded.request))
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
