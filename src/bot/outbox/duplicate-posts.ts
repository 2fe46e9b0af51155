import type { Place } from '../../domain/person.ts'
import type { Request } from '../../domain/request.ts'
import type { Desk } from '../answers/desk.ts'
import type { Attendance } from '../cards/request/approver-availability.ts'
import { requestCard } from '../cards/request/request-card.ts'
import type { Posted } from '../chat/surface.ts'
import { updated, type Wire } from './messages.ts'

/** Under which such a message is remembered beside the others of its request: `stray:<surface>:<place> <message>`. */
const strayField = 'stray:'
const gone = 'gone'

/** More for one request are no accident. */
const most = 10

/**
 * A message that the chat posted although its answer was lost, so that it was posted once more: nobody knows of it until somebody clicks on it. From
 * then on it is kept up to date like the others. Fails silently: whoever clicked has their answer.
 */
export async function adopt({ messages, producer, log }: Desk, id: string, { place, message }: Posted): Promise<void> {
  try {
    const record = `request-${id}`
    const known = await messages.of(record)
    const field = fieldOf(place, message)
    const strays = Object.keys(known).filter((key) => key.startsWith(strayField))
    if (Object.values(known).includes(message) || strays.length >= most || strays.includes(field)) return
    await messages.remember(record, field, message)
    await producer.show({ kind: 'request', id })
  } catch (error) {
    log.warn({ err: error, request: id }, 'a message is not kept up to date')
  }
}

/** Brings them up to date, with the buttons of the place that they are in; one that is not there any more is left alone. */
export async function showStrays(wire: Wire, request: Request, attendance: Attendance): Promise<void> {
  const { approval, id } = request
  const record = `request-${id}`
  const known = Object.entries(await wire.messages.of(record))
  const others = new Set(known.flatMap(([field, message]) => (field.startsWith(strayField) ? [] : [message])))
  for (const [field, message] of known) {
    if (!field.startsWith(strayField) || message === gone || others.has(message)) continue
    const decides = approval?.places.some((place) => field.startsWith(fieldOf(place, ''))) === true
    if (!(await updated(wire, message, requestCard(request, { decides, attendance }))))
      await wire.messages.remember(record, field, gone)
  }
}

function fieldOf({ surface, id }: Place, message: string): string {
  return `${strayField}${surface}:${id} ${message}`
}
