import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError, TerminalError } from '../domain/errors.ts'
import type { Ledger } from '../domain/ledger.ts'
import { type Person, type Place, samePlace } from '../domain/person.ts'
import type { Request } from '../domain/request.ts'
import type { Log } from '../log.ts'
import type { Limit } from '../redis/limits.ts'
import type { OutboxItem } from '../redis/queues.ts'
import type { Diagnoses, Messages } from '../redis/records.ts'
import { type Card, channel, type Text, words } from './card.ts'
import { diagnosisCard } from './diagnosis-card.ts'
import { type Notice, noticesOf } from './notices.ts'
import { requestCard } from './request-card.ts'
import type { ChatSurface } from './surface.ts'

/** Until the bot is let into the approval channel, it tries again this often, in milliseconds. */
const knockEveryMs = 60_000

/** A turn that comes within this time, in milliseconds, is waited for. */
const longestTurnMs = 2_000

export interface Outbox {
  readonly surface: ChatSurface
  readonly ledger: Pick<Ledger, 'get' | 'unshown' | 'shown'>
  readonly diagnoses: Pick<Diagnoses, 'get'>
  readonly messages: Messages
  /** How fast the chat takes posts and updates, by place. */
  readonly pace: { readonly posts: Limit; readonly updates: Limit }
  readonly log: Log
}

/** Brings the messages about one record up to date with what the ledger says now. May run twice: what is posted is updated. */
export async function deliver(outbox: Outbox, item: OutboxItem): Promise<void> {
  if (item.kind === 'diagnosis') return await deliverDiagnosis(outbox, item.id)
  const { ledger, log } = outbox
  // Read before the request: what is shown is this version or a newer one.
  const version = (await ledger.unshown())[item.id]
  const request = await ledger.get(item.id)
  if (request === undefined)
    throw new TerminalError('request-unknown', `There is no request ${item.id}.`, { remedy: 'None is needed.' })
  try {
    await deliverRequest(outbox, request)
  } catch (error) {
    if (!(error instanceof TerminalError) || error.code === 'slack-refuses-token') throw error
    log.error({ err: error, request: item.id }, 'a message cannot be shown, and is given up')
  }
  if (version !== undefined) await ledger.shown(item.id, version)
}

async function deliverDiagnosis(outbox: Outbox, id: string): Promise<void> {
  const diagnosis = await outbox.diagnoses.get(id)
  const card = diagnosis === undefined ? undefined : diagnosisCard(diagnosis)
  if (diagnosis === undefined || card === undefined) return
  const { place, by } = diagnosis.asked
  await showAsked(outbox, { record: `diagnosis-${id}`, place, card, by })
}

/** The approvers' message first: how that went is news for the one who asked. */
async function deliverRequest(outbox: Outbox, request: Request): Promise<void> {
  const { approval, asked, id } = request
  const record = `request-${id}`
  const away = approval === undefined ? new Set<string>() : await outbox.surface.away(approval.approvers)
  const approvalFailure =
    approval && (await attempt(() => showAt(outbox, record, approval.place, requestCard(request, { decides: true, away }))))
  if (approvalFailure !== undefined) {
    outbox.log.error({ err: approvalFailure, request: id, place: approval?.place.id }, 'approval message not posted')
  }
  const refused = approvalFailure instanceof TerminalError ? approvalFailure : undefined
  const notice = approval && refused && unreachable(approval.place, refused)
  const card = requestCard(request, { decides: false, away, ...(notice !== undefined && { notice }) })
  const inOnePlace = approval !== undefined && samePlace(approval.place, asked.place)
  if (!inOnePlace) await showAsked(outbox, { record, place: asked.place, card, by: asked.by })
  else if (refused !== undefined) await showTo(outbox, { record, place: asked.place, card, by: asked.by })
  for (const notice of noticesOf(request, away)) await postOnce(outbox, record, notice)
  if (refused !== undefined && request.state === 'awaiting-approval') {
    const { code, message, remedy } = refused
    throw new RetryableError(code, message, { remedy, retryAfterMs: knockEveryMs, cause: refused })
  }
  if (approvalFailure !== undefined && refused === undefined) throw approvalFailure
}

/** Remembered after it was posted: a crash in between repeats it, and nothing is left out. A notice that cannot be delivered keeps none of the others. */
async function postOnce(outbox: Outbox, record: string, { key, to, card }: Notice): Promise<void> {
  const { surface, messages, log } = outbox
  const field = `notice:${key}`
  if ((await messages.of(record))[field] !== undefined) return
  const failure = await attempt(async () => {
    await turn(outbox.pace.posts, to.kind === 'person' ? to.person.key : keyOf(to.place))
    const message = to.kind === 'person' ? await surface.direct(to.person, card) : await surface.post(to.place, card)
    await messages.remember(record, field, message)
  })
  if (failure === undefined) return
  if (!(failure instanceof TerminalError) || failure.code === 'slack-refuses-token') throw failure
  log.warn({ err: failure, record, notice: key }, 'a notice cannot be delivered')
  await messages.remember(record, field, 'undeliverable')
}

function unreachable(place: Place, { remedy }: TerminalError): Text {
  return words`I could not post this to ${channel(place)}, where it is to be approved. ${remedy} I keep trying.`
}

interface Showing {
  readonly record: string
  readonly place: Place
  readonly card: Card
  readonly by: Person
}

/** Where it was asked; personally to the one who asked when the bot cannot write there, and from then on. */
async function showAsked(outbox: Outbox, showing: Showing): Promise<void> {
  const { record, place, card } = showing
  const known = await outbox.messages.of(record)
  if (known[directKey(place)] !== undefined) return await showTo(outbox, showing)
  const failure = await attempt(() => showAt(outbox, record, place, card))
  if (failure === undefined) return
  if (!isTerminal(failure, 'place-unreachable')) throw failure
  await showTo(outbox, showing)
}

async function showAt(outbox: Outbox, record: string, place: Place, card: Card): Promise<void> {
  const { surface, messages, log } = outbox
  const known = (await messages.of(record))[keyOf(place)]
  if (known !== undefined && (await updated(outbox, known, card, keyOf(place)))) return
  if (known !== undefined) log.info({ record, place: place.id }, 'the message is gone: posting it anew')
  await turn(outbox.pace.posts, keyOf(place))
  await messages.remember(record, keyOf(place), await surface.post(place, card))
}

async function showTo(outbox: Outbox, { record, place, card, by }: Showing): Promise<void> {
  const { surface, messages } = outbox
  const known = (await messages.of(record))[directKey(place)]
  if (known !== undefined && (await updated(outbox, known, card, by.key))) return
  await turn(outbox.pace.posts, by.key)
  await messages.remember(record, directKey(place), await surface.direct(by, card))
}

/** False when the message is gone. */
async function updated({ surface, pace }: Outbox, message: string, card: Card, where: string): Promise<boolean> {
  await turn(pace.updates, where)
  const failure = await attempt(() => surface.update(message, card))
  if (failure !== undefined && !isTerminal(failure, 'message-gone')) throw failure
  return failure === undefined
}

/** Waits a moment for its turn; a longer wait is the queue's, where newer states of the same message catch up with it. */
async function turn(limit: Limit, key: string): Promise<void> {
  for (let waitMs = await limit.take(key); waitMs > 0; waitMs = await limit.take(key)) {
    if (waitMs > longestTurnMs) {
      throw new RetryableError('paced', 'The chat takes no more messages for a moment.', {
        remedy: 'Wait.',
        retryAfterMs: waitMs,
      })
    }
    await sleep(waitMs)
  }
}

function keyOf({ surface, id }: Place): string {
  return `${surface}:${id}`
}

/** The personal message that stands for one in this place. */
function directKey(place: Place): string {
  return `${keyOf(place)}:direct`
}

function isTerminal(error: unknown, code: string): boolean {
  return error instanceof TerminalError && error.code === code
}

/** What an action threw. */
async function attempt(action: () => Promise<void>): Promise<unknown> {
  try {
    await action()
    return undefined
  } catch (error) {
    return error ?? new Error('something was thrown that is nothing')
  }
}
