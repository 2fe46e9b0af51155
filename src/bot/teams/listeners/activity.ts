import type { InvokeResponse } from 'botbuilder'
import type { OfferedFiles } from '../../../redis/offered-files.ts'
import type { TeamsActivity } from '../activity.ts'
import { inTime } from '../in-time.ts'
import { answerCardAction, isByHand } from './card-action.ts'
import { type ListenerContext, recognize, type Spoken, speakerIn } from './context.ts'
import { openDialog, submitDialog } from './dialog.ts'
import { answerFileConsent } from './file-consent.ts'
import { isAddition, learn, welcome } from './installed.ts'
import { answerMessage } from './message.ts'
import { answerSearch } from './search.ts'

/** Teams waits 15 s for the acknowledgement of a message. In milliseconds. */
const acknowledgeWithinMs = 300

const handledAlready = 'This was handled already.'

/** What the bot does about an authentic activity. `first` tells whether it was not acted on before; nothing while that is not known. */
export async function answerActivity(
  shared: ListenerContext,
  files: OfferedFiles,
  activity: TeamsActivity,
  first: () => Promise<boolean | undefined>,
): Promise<InvokeResponse | undefined> {
  shared.track(learn(shared, activity))
  if (isAddition(activity)) shared.track(shared.handlers.added())
  const said = speakerIn(activity)
  const isInvoke = activity.type === 'invoke'
  if (said === undefined) return isInvoke ? { status: 200 } : undefined
  const isNew = decidesNothing(activity) ? true : await first()
  if (isNew === false) return isInvoke ? answeredAlready(activity) : undefined
  const spoken: Spoken = { activity, ...said, ...(await recognize(shared, said, isNew === true)) }
  if (isInvoke) return await answerInvoke(shared, files, spoken)
  const answering = activity.type === 'message' ? answerMessage(shared, spoken) : welcome(shared, spoken)
  // The answer to a message is a message of its own, so that a slow one does not keep the acknowledgement back.
  await inTime(
    shared.track(answering.catch((error: unknown) => shared.log.error({ err: error }, 'an answer failed'))),
    acknowledgeWithinMs,
  )
  return undefined
}

async function answerInvoke(shared: ListenerContext, files: OfferedFiles, spoken: Spoken): Promise<InvokeResponse> {
  switch (spoken.activity.name) {
    case 'adaptiveCard/action':
      return await answerCardAction(shared, spoken)
    case 'task/fetch':
      return await openDialog(shared, spoken)
    case 'task/submit':
      return await submitDialog(shared, spoken)
    case 'application/search':
      return await answerSearch(spoken)
    case 'fileConsent/invoke':
      return await answerFileConsent(shared, files, spoken)
    default:
      return { status: 501 }
  }
}

/** A refresh and a search may come as often as clients like. */
function decidesNothing({ name, value }: TeamsActivity): boolean {
  if (name === 'application/search') return true
  return name === 'adaptiveCard/action' && !isByHand(Reflect.get(Object(value), 'trigger'))
}

/** The same activity twice: Teams repeats what it has no answer to, and so may others. */
function answeredAlready({ name }: TeamsActivity): InvokeResponse {
  if (name === 'adaptiveCard/action')
    return {
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: handledAlready },
    }
  if (name === 'task/fetch' || name === 'task/submit')
    return { status: 200, body: { task: { type: 'message', value: handledAlready } } }
  return { status: 200 }
}
