import type { JsonObject } from '../json.ts'
import { isObject, stringOf, textIn } from '../json.ts'
import { elementsOf } from '../validate/identity.ts'
import type { Clickable } from './action.ts'
import { act, assertVisible, blocksOf } from './action.ts'
import type { Exchange } from './deliver.ts'
import { enter, findInput } from './fill.ts'
import type { Desk, Options } from './person.ts'
import { person } from './person.ts'
import type { Entry } from './pick.ts'
import { pick } from './pick.ts'
import { type SearchedEntry, searched } from './suggest.ts'

/** Chooses in a select that tells the app at once. Throws for an input without `dispatch_action`: there Slack says nothing until the form is sent. */
export async function choose(
  desk: Desk,
  who: string,
  place: Clickable,
  name: string,
  chosen: Entry | SearchedEntry,
  options: Options = {},
): Promise<Exchange> {
  const user = person(desk, who)
  assertVisible(place, user)
  const found = findInput(blocksOf(place), name)
  const view = place.kind === 'view' ? place : undefined
  const { input, entry } = await searched(desk, who, view, found, chosen, options)
  if (input.block.type === 'input' && input.block.dispatch_action !== true) throw new Error(`"${name}" has no dispatch_action`)
  const state = pick(input.element, entry, desk.backend.directory)
  if (view !== undefined) enter(view, input, entry, desk.backend.directory)
  return act(desk, user, place, { ...state, action_id: input.actionId, block_id: input.blockId }, options)
}

/** Takes an entry of the only overflow menu that has it. */
export async function chooseOverflow(
  desk: Desk,
  who: string,
  place: Clickable,
  text: string,
  options: Options = {},
): Promise<Exchange> {
  const user = person(desk, who)
  assertVisible(place, user)
  const found = blocksOf(place).flatMap((block) =>
    elementsOf(block)
      .filter((element) => element.type === 'overflow')
      .flatMap((element) => entries(element).map((option) => ({ block, element, option })))
      .filter(({ option }) => textIn(option, 'text') === text),
  )
  const [first, second] = found
  if (!first || second) throw new Error(`${found.length} overflow menus have "${text}"`)
  const { block, element, option } = first
  const ids = { action_id: stringOf(element, 'action_id'), block_id: stringOf(block, 'block_id') }
  return act(desk, user, place, { type: 'overflow', selected_option: option, ...ids }, options)
}

function entries(element: JsonObject): JsonObject[] {
  return Array.isArray(element.options) ? element.options.filter(isObject) : []
}
