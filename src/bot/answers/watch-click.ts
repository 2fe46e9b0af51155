import { toProblem } from '../../domain/errors.ts'
import { shownName } from '../cards/subject.ts'
import { watchPicture } from '../cards/watch-picture.ts'
import { type Card, command, say, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { type Desk, tooManyFrom } from './desk.ts'

/** Sends the last day as a picture to the person who asked; as words where no file can be sent. */
export async function sendPicture(desk: Desk, { by, id }: Click): Promise<Card> {
  const watch = await desk.watches.get(id)
  if (watch === undefined) return say(words`${shownName(id)} is not watched any more. What I watch: ${command('watch')}`)
  const tooMuch = await tooManyFrom(desk, by)
  if (tooMuch !== undefined) return tooMuch
  const { png, alt } = watchPicture(watch, await desk.watches.samples(id), Date.parse(desk.now()))
  try {
    await desk.attach(by, { name: `${id.toLowerCase()}.png`, content: png, comment: alt, alt })
    return say('I sent you the picture in a direct message.', alt)
  } catch (error) {
    desk.log.warn({ err: error, watch: id }, 'a picture could not be sent')
    const { message, remedy } = toProblem(error)
    return say(alt, `I could not send the picture: ${message} ${remedy}`)
  }
}
