import { type JsonObject, objectOf, objectsOf, stringOf } from '../json.ts'
import { typedObjects } from './typed-objects.ts'

const at = /(\\*)(<at>(?:(?!<at>).)*?<\/at>)/gs

/**
 * A mention is a text `<at>…</at>` and an entity of the very same text; either alone shows as it is written, and pings nobody.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
export function mentionProblems(card: JsonObject): readonly string[] {
  const written = mentioningTexts(card).flatMap(mentionsIn)
  const named = objectsOf(objectOf(card, 'msteams'), 'entities').map((entity) => stringOf(entity, 'text') ?? '')
  return [
    ...unique(written).flatMap((text) => (named.includes(text) ? [] : [`${text} has no entity`])),
    ...unique(named).flatMap((text) => (written.includes(text) ? [] : [`the entity ${text} is in no text`])),
    ...(unique(named).length < named.length ? ['two entities have one text'] : []),
  ]
}

/** Texts in which Teams knows mentions: text blocks and facts. */
function mentioningTexts(card: JsonObject): readonly string[] {
  return typedObjects(card).flatMap(([, element]) => {
    if (element.type === 'TextBlock') return [stringOf(element, 'text') ?? '']
    if (element.type !== 'FactSet') return []
    return objectsOf(element, 'facts').flatMap((fact) => [stringOf(fact, 'title') ?? '', stringOf(fact, 'value') ?? ''])
  })
}

/** An odd number of backslashes escapes what follows them. */
function mentionsIn(text: string): readonly string[] {
  return [...text.matchAll(at)].flatMap(([, backslashes = '', mention = '']) => (backslashes.length % 2 === 0 ? [mention] : []))
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
