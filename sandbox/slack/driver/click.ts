import type { JsonObject } from '../json.ts'
import { stringOf, textIn } from '../json.ts'
import { elementsOf } from '../validate/identity.ts'
import type { Clickable } from './action.ts'
import { act, assertVisible, blocksOf } from './action.ts'
import type { Exchange } from './deliver.ts'
import type { Desk, Options } from './person.ts'
import { person } from './person.ts'

interface Button {
  readonly text: string
  readonly actionId: string
  readonly blockId: string
  readonly value: string | undefined
  readonly style: string | undefined
  readonly element: JsonObject
}

/** The button's text, or its beginning; a pattern of its text; or any test. */
export type ButtonMatch = string | RegExp | ((button: Button) => boolean)

export function buttonsOf(place: Clickable): Button[] {
  return blocksOf(place).flatMap((block) =>
    elementsOf(block)
      .filter((element) => element.type === 'button')
      .map((element) => ({
        text: textIn(element, 'text') ?? '',
        actionId: stringOf(element, 'action_id') ?? '',
        blockId: stringOf(block, 'block_id') ?? '',
        value: stringOf(element, 'value'),
        style: stringOf(element, 'style'),
        element,
      })),
  )
}

/** Clicks a button, and confirms where it asks for confirmation. Throws when there is not exactly one such button to see. */
export async function click(
  desk: Desk,
  who: string,
  place: Clickable,
  match: ButtonMatch,
  options: Options = {},
): Promise<Exchange> {
  const user = person(desk, who)
  assertVisible(place, user)
  const { element, blockId, actionId, text, value, style } = theButton(buttonsOf(place), match)
  const action = {
    type: 'button',
    action_id: actionId,
    block_id: blockId,
    text: { type: 'plain_text', text, emoji: true },
    ...(value !== undefined && { value }),
    ...(style !== undefined && { style }),
    ...(element.confirm !== undefined && { confirm: element.confirm }),
  }
  return act(desk, user, place, action, options)
}

function theButton(buttons: readonly Button[], match: ButtonMatch): Button {
  const exact = typeof match === 'string' ? buttons.filter(({ text }) => text === match) : []
  const found = exact.length > 0 ? exact : buttons.filter((button) => matches(button, match))
  const [first, second] = found
  if (first && !second) return first
  const all = buttons.map(({ text }) => `[${text}]`).join(' ') || 'none'
  throw new Error(`${found.length} buttons match ${String(match)}; there are ${all}`)
}

function matches(button: Button, match: ButtonMatch): boolean {
  if (typeof match === 'string') return button.text.startsWith(match)
  return match instanceof RegExp ? match.test(button.text) : match(button)
}
