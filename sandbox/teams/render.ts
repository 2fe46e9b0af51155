import { type JsonObject, objectOf, objectsOf, stringOf } from './json.ts'

/** A card as a person reads it, in plain text: what Markdown marks is shown without the marks, and what is escaped as it was written. */

export function renderCard(card: JsonObject | undefined): string {
  const lines = [...objectsOf(card, 'body').flatMap(lineOf), ...actionLine(objectsOf(card, 'actions'))]
  return lines.join('\n')
}

export function cardIn(activity: JsonObject): JsonObject | undefined {
  return objectOf(objectsOf(activity, 'attachments')[0], 'content')
}

function lineOf(element: JsonObject): readonly string[] {
  switch (element.type) {
    case 'TextBlock':
      return [readable(stringOf(element, 'text') ?? '')]
    case 'RichTextBlock':
      return [
        objectsOf(element, 'inlines')
          .map((run) => stringOf(run, 'text') ?? '')
          .join(''),
      ]
    case 'Image':
      return [`(picture: ${stringOf(element, 'altText') ?? ''})`]
    case 'ActionSet':
      return actionLine(objectsOf(element, 'actions'))
    case 'Input.Text':
      return [`${stringOf(element, 'label') ?? ''}: [${stringOf(element, 'value') ?? '…'}]`]
    case 'Input.ChoiceSet': {
      const chosen = objectsOf(element, 'choices').find(({ value }) => value === element.value)
      return [`${stringOf(element, 'label') ?? ''}: [${stringOf(chosen, 'title') ?? '…'} ▾]`]
    }
    default:
      return [`(${String(element.type)})`]
  }
}

function actionLine(actions: readonly JsonObject[]): readonly string[] {
  return actions.length === 0 ? [] : [actions.map((action) => `[${stringOf(action, 'title') ?? ''}]`).join(' ')]
}

/** As a reader in Greenwich sees `SHORT`. https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features */
const day = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  year: 'numeric',
  timeZone: 'UTC',
})

function readable(markdown: string): string {
  return markdown
    .replace(/\{\{DATE\(([^,)]+), SHORT\)\}\}/g, (_all, at: string) => day.format(new Date(at)))
    .replace(/\{\{TIME\(([^)]+)\)\}\}/g, (_all, at: string) => at.slice(11, 16))
    .replace(/(?<!\\)<at>([^<]*)<\/at>/g, '@$1')
    .replace(/(?<!\\)\*\*((?:\\.|[^*\\])*)\*\*/g, '$1')
    .replace(/\\([\\`*_{}[\]<>&~|#+.!-])/g, '$1')
}
