import type { Place } from '../../domain/person.ts'
import type { Request } from '../../domain/request.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Messages } from '../../redis/records.ts'
import type { ApproverAvailability } from '../cards/request/approver-availability.ts'
import { requestCard } from '../cards/request/request-card.ts'
import { parseStoredMessage, storedMessage } from '../chat/chats.ts'
import type { Posted } from '../chat/surface.ts'
import { type ChatMessages, updated } from './messages.ts'

/** The field of such a message beside the others of its request: `stray:<surface>:<place> <message>`. */
const duplicateField = 'stray:'
const gone = 'gone'

/** More for one request are no accident. */
const most = 10

interface Adoption {
  readonly messages: Messages
  readonly producer: Pick<Producer, 'show'>
  readonly log: Log
}

/**
 * Remembers a message that the chat posted although its answer was lost, so that it was posted twice: only a click on it shows that it exists. From then
 * on it is kept up to date like the others. Never throws: whoever clicked has their answer.
 */
export async function adopt({ messages, producer, log }: Adoption, id: string, { place, message }: Posted): Promise<void> {
  try {
    const record = `request-${id}`
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

/** Updates them, with the buttons of the place that each is in. One that was deleted is not posted again. */
export async function showDuplicatePosts(
  chat: Pick<ChatMessages, 'chats' | 'messages'>,
  request: Request,
  availability: ApproverAvailability,
): Promise<void> {
  const { approval, id } = request
  const record = `request-${id}`
  const known = Object.entries(await chat.messages.of(record))
  const others = known.flatMap(([field, message]) => (field.startsWith(duplicateField) ? [] : [message]))
  for (const [field, message] of known) {
    const isOther = others.some((other) => sameMessage(other, message))
    if (!field.startsWith(duplicateField) || message === gone || isOther) continue
    const decides = approval?.places.some((place) => field.startsWith(fieldOf(place, ''))) === true
    if (!(await updated(chat, message, requestCard(request, { decides, availability }))))
      await chat.messages.remember(record, field, gone)
  }
}

/** Also of one that was stored without its chat. */
function sameMessage(one: string, other: string): boolean {
  return storedMessage(parseStoredMessage(one)) === storedMessage(parseStoredMessage(other))
}

function fieldOf({ surface, id }: Place, message: string): string {
  return `${duplicateField}${surface}:${id} ${message}`
}
