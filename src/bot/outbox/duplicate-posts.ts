import type { Place } from '../../domain/person.ts'
import type { Request } from '../../domain/request.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Messages } from '../../redis/records.ts'
import type { ApproverAvailability } from '../cards/request/approver-availability.ts'
import { requestCard } from '../cards/request/request-card.ts'
import { parseStoredMessage, storedMessage } from '../chat/chats.ts'
import type { Posted } from '../chat/surface.ts'
import { type ChatMessages, requestRecord, updated } from './messages.ts'

/** The field that remembers a duplicate post of a request: `stray:<surface>:<place> <message>`. The word is stored, and stays. */
const duplicateField = 'stray:'
const deleted = 'gone'

/** How many duplicate posts of one request are kept up to date. */
const most = 10

interface Adoption {
  readonly messages: Messages
  readonly producer: Pick<Producer, 'show'>
  readonly log: Log
}

/**
 * Remembers a duplicate post: the chat posted a message, its answer was lost, and the message was posted again. Only a click shows that the first one
 * exists. From then on it is updated like the others. Never throws: the click has been answered already.
 */
export async function adopt({ messages, producer, log }: Adoption, id: string, { place, message }: Posted): Promise<void> {
  try {
    const record = requestRecord(id)
    const stored = storedMessage({ surface: place.surface, message })
    const known = await messages.of(record)
    const duplicates = Object.keys(known).filter((key) => key.startsWith(duplicateField))
    const isKnown = Object.values(known).some((value) => sameMessage(value, stored))
    if (isKnown || duplicates.length >= most || duplicates.includes(fieldOf(place, message))) return
    await messages.remember(record, fieldOf(place, message), stored)
    await producer.show({ kind: 'request', id })
  } catch (error) {
    log.warn({ err: error, request: id }, 'a message is not kept up to date')
  }
}

/** Updates the duplicate posts, each with the buttons of its place. A deleted one is not posted again. */
export async function showDuplicatePosts(
  chat: Pick<ChatMessages, 'chats' | 'messages' | 'shown' | 'yields'>,
  request: Request,
  availability: ApproverAvailability,
): Promise<void> {
  const { approval, id } = request
  const record = requestRecord(id)
  const known = Object.entries(await chat.messages.of(record))
  const others = known.flatMap(([field, message]) => (field.startsWith(duplicateField) ? [] : [message]))
  for (const [field, message] of known) {
    const isOther = others.some((other) => sameMessage(other, message))
    if (!field.startsWith(duplicateField) || message === deleted || isOther) continue
    const decides = approval?.places.some((place) => field.startsWith(fieldOf(place, ''))) === true
    if (!(await updated(chat, message, requestCard(request, { decides, availability }))))
      await chat.messages.remember(record, field, deleted)
  }
}

/** Compares stored messages, also of versions that stored no chat. */
function sameMessage(one: string, other: string): boolean {
  return storedMessage(parseStoredMessage(one)) === storedMessage(parseStoredMessage(other))
}

function fieldOf({ surface, id }: Place, message: string): string {
  return `${duplicateField}${surface}:${id} ${message}`
}
