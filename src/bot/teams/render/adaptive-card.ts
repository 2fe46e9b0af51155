import type { ActionArray, CardElementArray, IAdaptiveCard, ITextBlock } from '@microsoft/teams.cards'
import { type Button, type Card, type Part, plain, undecidableNote } from '../../chat/card.ts'
import { actionsInSet, actionTitle, cardUnits } from './limits.ts'
import { collectMentions, type Mentions, markdown, plainLines, plainText } from './text.ts'

/** Kept free for the buttons and the note that says how it goes on, in UTF-16 units. */
const reservedUnits = 8_000

/** Longest text of the simple card. */
const simpleUnits = 10_000

/** A click that opens a dialog: what it shows is long, or asks for something. */
const dialogVerbs: ReadonlySet<string> = new Set(['details', 'evidence', 'override', 'export', 'picture', 'fix', 'undo'])

/**
 * The pages of a card that is too long for one message; nearly always one. `isPrivate`: only one person sees it, all of its pages, and its buttons say so;
 * of any other card the first page is shown.
 */
export function adaptiveCards(card: Card, { isPrivate = false } = {}): readonly IAdaptiveCard[] {
  const { buttons = [] } = card
  const mentions = collectMentions()
  const pages: ITextBlock[][] = [[]]
  let units = 0
  for (const element of card.parts.flatMap((part) => partElements(part, mentions))) {
    const length = JSON.stringify(element).length + 1
    if (units + length > cardUnits - reservedUnits && pages.at(-1)?.length !== 0) {
      pages.push([])
      units = 0
    }
    pages.at(-1)?.push(element)
    units += length
  }
  const shown = pages.length > 1 && !isPrivate ? buttons.filter(({ needsWholeCard }) => needsWholeCard !== true) : buttons
  const shortened = shown.length < buttons.length ? undecidableNote : 'Shortened: ask me for it, and I show all of it to you.'
  return pages.map((elements, index) => {
    const isFirst = index === 0
    const page = isPrivate ? `Page ${index + 1} of ${pages.length}.` : shortened
    const count = pages.length === 1 ? [] : [small(page)]
    const actions = isFirst ? shown.map((button, position) => action(button, position, isPrivate)) : []
    return cardOf([...elements, ...count], actions, mentions, isFirst ? card.readers : undefined)
  })
}

/** Without Markdown, mentions, views of one's own and `Action.Execute`. */
export function simpleCard({ parts, buttons = [] }: Card): IAdaptiveCard {
  const lines = parts.flatMap((part) =>
    part.kind === 'lines' ? part.lines.map(plain) : part.kind === 'code' ? [...part.lines] : [plain(part.text)],
  )
  const text = plainLines(lines, simpleUnits)
  const isCut = lines.join('\n').length > simpleUnits
  const shown = isCut ? buttons.filter(({ needsWholeCard }) => needsWholeCard !== true) : buttons
  return {
    type: 'AdaptiveCard',
    version: '1.2',
    body: [
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: text.trim() === '' ? '\u00a0' : text }] },
      ...(shown.length < buttons.length ? [small(undecidableNote)] : []),
      ...actionSets(
        shown.map((button, index) => {
          const { fallback, ...plainest } = action(button, index)
          return typeof fallback === 'object' ? fallback : plainest
        }),
      ),
    ],
  }
}

function cardOf(
  elements: readonly ITextBlock[],
  actions: ActionArray,
  { entities }: Mentions,
  readers: Card['readers'],
): IAdaptiveCard {
  const text = elements.map((element) => element.text).join('\n')
  const mentioned = entities.filter((entity) => text.includes(entity.text))
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    body: [...elements, ...actionSets(actions)] satisfies CardElementArray,
    msteams: { width: 'full', ...(mentioned.length > 0 && { entities: [...mentioned] }) },
    ...(readers !== undefined && {
      refresh: { action: { type: 'Action.Execute', title: 'Refresh', verb: 'view', data: { ...readers } } },
    }),
  }
}

function partElements(part: Part, mentions: Mentions): readonly ITextBlock[] {
  switch (part.kind) {
    case 'title':
      return [block(markdown([{ kind: 'strong', text: plain(part.text) }], mentions), { size: 'Medium' })]
    case 'heading':
      return [block(markdown(part.text, mentions), { size: 'Large', weight: 'Bolder', style: 'heading' })]
    case 'text':
      return [block(markdown(part.text, mentions))]
    case 'note':
      return [small(markdown(part.text, mentions))]
    case 'lines':
      return part.lines.map((line, index) => block(markdown(line, mentions), index === 0 ? {} : { spacing: 'None' }))
    case 'code':
      return part.lines.map((line, index) =>
        block(markdown(line, mentions), { fontType: 'Monospace', ...(index > 0 && { spacing: 'None' }) }),
      )
  }
}

function block(text: string, more: Partial<ITextBlock> = {}): ITextBlock {
  // A text of spaces alone is refused.
  return { type: 'TextBlock', text: text.trim() === '' ? '\u00a0' : text, wrap: true, ...more }
}

function small(text: string): ITextBlock {
  return block(text, { size: 'Small', isSubtle: true, spacing: 'Small' })
}

function actionSets(actions: ActionArray): CardElementArray {
  return Array.from({ length: Math.ceil(actions.length / actionsInSet) }, (_, index) => ({
    type: 'ActionSet' as const,
    actions: actions.slice(index * actionsInSet, (index + 1) * actionsInSet),
  }))
}

/** `Action.Execute` where the answer is a sentence; clients that do not know it send a message with the same data. */
function action({ verb, label, weight, id, digest }: Button, index: number, isPrivate = false): ActionArray[number] {
  const data = { verb, id, digest, ...(isPrivate && { private: true }) }
  const shared = {
    id: `${verb}-${index}`,
    title: plainText(label, actionTitle),
    ...(weight !== undefined && { style: weight === 'primary' ? ('positive' as const) : ('destructive' as const) }),
  }
  if (dialogVerbs.has(verb)) return { ...shared, type: 'Action.Submit', data: { ...data, msteams: { type: 'task/fetch' } } }
  return { ...shared, type: 'Action.Execute', verb, data, fallback: { ...shared, type: 'Action.Submit', data } }
}
