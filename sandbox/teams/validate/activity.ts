import { ConnectorError } from '../api/connector-error.ts'
import { isObject, type JsonObject, objectsOf, stringOf } from '../json.ts'
import { cardProblems } from './card.ts'

/** Counted in UTF-16, so two bytes a unit. */
const mostBytes = 100 * 1_024

const cardType = 'application/vnd.microsoft.card.adaptive'
const fileTypes = new Set(['application/vnd.microsoft.teams.card.file.consent', 'application/vnd.microsoft.teams.card.file.info'])

/** Refuses what Teams does not take from a bot as a message. */
export function checkMessage(activity: JsonObject): void {
  if (JSON.stringify(activity).length * 2 > mostBytes)
    throw new ConnectorError(413, 'MessageSizeTooBig', 'Message size too large.')
  if (stringOf(activity, 'type') !== 'message') throw new ConnectorError(400, 'BadSyntax', 'Activity type must be message')
  const attachments = objectsOf(activity, 'attachments')
  const text = stringOf(activity, 'text') ?? ''
  if (text === '' && attachments.length === 0)
    throw new ConnectorError(400, 'BadSyntax', 'Activity must have text or an attachment')
  if (text !== '' && attachments.length > 0)
    throw new ConnectorError(400, 'BadSyntax', 'Text beside a card makes two messages, of which one cannot be updated.')
  for (const { contentType, content, name } of attachments) {
    if (contentType === cardType) checkCard(content)
    else if (!fileTypes.has(String(contentType)))
      throw new ConnectorError(400, 'BadArgument', `Unknown attachment type ${contentType}`)
    else if (typeof name !== 'string' || !isObject(content))
      throw new ConnectorError(400, 'BadArgument', 'A file needs a name and content')
  }
  if (attachments.some(({ contentType }) => contentType === cardType) && !stringOf(activity, 'summary'))
    throw new ConnectorError(400, 'BadArgument', 'A card without a summary shows "sent a card" in notifications.')
}

export function checkCard(card: unknown): void {
  const problems = cardProblems(card)
  if (problems.length > 0) throw new ConnectorError(400, 'BadArgument', `Invalid Adaptive Card: ${problems.join('; ')}`)
}
