import type { JsonObject } from './json.ts'
import { isObject, objectsOf, stringOf } from './json.ts'
import type { InputState } from './store.ts'
import { elementsOf } from './validate/identity.ts'

/** The state of inputs as Slack reports it in `state.values`: what a person chose, or else what the app preset. */

const stateless = new Set(['button', 'overflow'])

/** Which field of an element's state holds the choice, and which of the element's fields presets it. */
const fields: Readonly<Record<string, { readonly key: string; readonly initial: string; readonly empty: unknown }>> = {
  static_select: { key: 'selected_option', initial: 'initial_option', empty: null },
  external_select: { key: 'selected_option', initial: 'initial_option', empty: null },
  radio_buttons: { key: 'selected_option', initial: 'initial_option', empty: null },
  multi_static_select: { key: 'selected_options', initial: 'initial_options', empty: [] },
  checkboxes: { key: 'selected_options', initial: 'initial_options', empty: [] },
  users_select: { key: 'selected_user', initial: 'initial_user', empty: null },
  multi_users_select: { key: 'selected_users', initial: 'initial_users', empty: [] },
  channels_select: { key: 'selected_channel', initial: 'initial_channel', empty: null },
  datepicker: { key: 'selected_date', initial: 'initial_date', empty: null },
  timepicker: { key: 'selected_time', initial: 'initial_time', empty: null },
}

/** Everything that is typed. */
const typed = { key: 'value', initial: 'initial_value', empty: null }

function fieldOf(element: JsonObject) {
  return fields[stringOf(element, 'type') ?? ''] ?? typed
}

/** The state of this element with this choice. */
export function stateWith(element: JsonObject, choice: unknown): InputState {
  return { type: element.type, [fieldOf(element).key]: choice }
}

/** The choice that a state holds: an option, a list, a string, or null. */
export function choiceIn(element: JsonObject, state: InputState): unknown {
  return state[fieldOf(element).key]
}

export function isBlank(choice: unknown): boolean {
  return choice === undefined || choice === null || choice === '' || (Array.isArray(choice) && choice.length === 0)
}

/** What the element holds before anybody touches it. */
export function untouched(element: JsonObject): InputState {
  const { initial, empty } = fieldOf(element)
  return stateWith(element, element[initial] ?? empty)
}

/** An element that holds a choice, with the block it is in. */
export interface Input {
  readonly block: JsonObject
  readonly element: JsonObject
  readonly blockId: string
  readonly actionId: string
}

export function inputsOf(blocks: unknown): Input[] {
  const list = Array.isArray(blocks) ? blocks.filter(isObject) : []
  return list.flatMap((block) =>
    elementsOf(block)
      .filter((element) => !stateless.has(stringOf(element, 'type') ?? ''))
      .map((element) => ({
        block,
        element,
        blockId: stringOf(block, 'block_id') ?? '',
        actionId: stringOf(element, 'action_id') ?? '',
      })),
  )
}

export type Touched = ReadonlyMap<string, ReadonlyMap<string, InputState>>

/** `state.values` of a payload. */
export function stateValues(blocks: unknown, touched: Touched = new Map()): Record<string, Record<string, InputState>> {
  const values: Record<string, Record<string, InputState>> = {}
  for (const { element, blockId, actionId } of inputsOf(blocks)) {
    const ofBlock = values[blockId] ?? {}
    ofBlock[actionId] = touched.get(blockId)?.get(actionId) ?? untouched(element)
    values[blockId] = ofBlock
  }
  return values
}

/** All options that an element offers. */
export function offered(element: JsonObject): readonly JsonObject[] {
  return [
    ...objectsOf(element, 'options'),
    ...objectsOf(element, 'option_groups').flatMap((group) => objectsOf(group, 'options')),
  ]
}
