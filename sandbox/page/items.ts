import type { SlackSandbox } from '../slack/start.ts'
import { objectOf, objectsOf, stringOf } from '../teams/json.ts'
import { cardIn } from '../teams/render.ts'
import type { TeamsSandbox } from '../teams/start.ts'
import type { Store, TeamsMessage } from '../teams/store.ts'
import type { Item } from './client/shapes.ts'
import { fileShown } from './shown-file.ts'

/** One message of a chat, with a mark that changes when the message does. */
export interface MarkedItem {
  readonly id: string
  readonly mark: string
  item(): Item
}

export function slackItems({ directory, messages, ephemerals, files }: SlackSandbox): MarkedItem[] {
  const shown = [...messages, ...ephemerals].map((message): MarkedItem => {
    const id = `slack/${message.channel}/${message.ts}`
    return {
      id,
      mark: `${message.history.length} ${message.deleted}`,
      item: () => ({
        id,
        chat: 'slack',
        place: message.channel,
        by: message.kind === 'ephemeral' ? 'privatelink' : directory.nameOf(message.user),
        at: Math.floor(Number(message.ts) * 1_000),
        ...(message.kind === 'ephemeral' && { onlyFor: directory.nameOf(message.user) }),
        text: message.text,
        ...(message.blocks.length > 0 && { blocks: message.blocks }),
        isEdited: message.history.length > 1,
        isDeleted: message.deleted,
      }),
    }
  })
  const sent = files
    .flatMap((file) =>
      file.channel === undefined || file.content === undefined ? [] : [{ ...file, content: file.content, file }],
    )
    .map(({ file, ...kept }): MarkedItem => {
      const id = `slack/file/${file.id}`
      const at = seenAt.get(file) ?? Date.now()
      seenAt.set(file, at)
      return {
        id,
        mark: 'file',
        item: () => ({
          id,
          chat: 'slack',
          place: file.channel ?? '',
          by: 'privatelink',
          at,
          text: file.title ?? file.name,
          file: fileShown(kept),
          isEdited: false,
          isDeleted: false,
        }),
      }
    })
  return [...shown, ...sent]
}

export function teamsItems({ directory, store }: TeamsSandbox): MarkedItem[] {
  return store.messages.map((message) => {
    const id = `teams/${message.id}`
    return {
      id,
      mark: `${message.history.length} ${message.deleted} ${[...message.views].map(([, card]) => numberOf(card)).join()}`,
      item: () => ({
        id,
        chat: 'teams',
        place: directory.conversation(message.conversation),
        by: directory.nameOf(message.by),
        at: Number(message.id),
        ...(message.onlyFor !== undefined && { onlyFor: directory.nameOf(message.onlyFor) }),
        ...shownIn(message, store),
        views: Object.fromEntries([...message.views].map(([person, card]) => [directory.nameOf(person), card])),
        isEdited: message.history.length > 1,
        isDeleted: message.deleted,
      }),
    }
  })
}

/** Slack's file has no time of its own: when it was first looked at. */
const seenAt = new WeakMap<object, number>()

const numbers = new WeakMap<object, number>()
let last = 0

/** Cards are replaced, never changed: which one it is tells whether it is another. */
function numberOf(card: object): number {
  const known = numbers.get(card) ?? ++last
  numbers.set(card, known)
  return known
}

function shownIn({ activity }: TeamsMessage, { files }: Store): Pick<Item, 'text' | 'card' | 'file'> {
  const [attachment] = objectsOf(activity, 'attachments')
  const content = objectOf(attachment, 'content')
  const type = stringOf(attachment, 'contentType') ?? ''
  const name = stringOf(attachment, 'name') ?? ''
  if (type.endsWith('file.consent')) {
    const bytes = Number(content?.sizeInBytes)
    return { text: stringOf(content, 'description') ?? '', file: { name, bytes, isOffered: true } }
  }
  const text = plainOf(stringOf(activity, 'text') ?? stringOf(activity, 'summary') ?? '')
  if (type.endsWith('file.info')) {
    const kept = files.find(({ uniqueId }) => uniqueId === content?.uniqueId)
    if (kept?.content === undefined) return { text, file: { name } }
    return { text, file: fileShown({ id: kept.uniqueId, name, content: kept.content }) }
  }
  const card = content === undefined ? undefined : cardIn(activity)
  return { text, ...(card !== undefined && { card }) }
}

/** What a person typed, as Teams escapes it, and with the mention as a name. */
function plainOf(text: string): string {
  return text
    .replaceAll(/<at>([^<]*)<\/at>/g, '@$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim()
}
