import type { JsonObject } from '../json.ts'
import { isObject, objectOf, objectsOf, stringOf } from '../json.ts'
import type { Rule } from './rule.ts'

/** Everything in a block that has an `action_id`. */
export function elementsOf(block: JsonObject): readonly JsonObject[] {
  const single = [objectOf(block, 'accessory'), objectOf(block, 'element')].filter((element) => element !== undefined)
  const elements = block.type === 'actions' ? objectsOf(block, 'elements') : []
  return [...single.filter((element) => element.type !== 'image'), ...elements]
}

/** `block_id` is unique in a message or view, `action_id` in its block: Slack's payloads could not be told apart otherwise. */
export const uniqueIds: Rule = (blocks, at, report) => {
  if (!Array.isArray(blocks)) return
  const seen = new Set<string>()
  for (const [index, block] of blocks.entries()) {
    if (!isObject(block)) continue
    const id = stringOf(block, 'block_id')
    if (id !== undefined && seen.has(id)) report(`block_id "${id}" already exists`, `${at}/${index}`)
    if (id !== undefined) seen.add(id)
    const actions = elementsOf(block)
      .map((element) => stringOf(element, 'action_id'))
      .filter((action) => action !== undefined)
    for (const action of new Set(actions.filter((one, place) => actions.indexOf(one) !== place))) {
      report(`action_id "${action}" already exists`, `${at}/${index}`)
    }
  }
}

/** Only one element of a view may ask for the focus. */
export const oneFocus: Rule = (blocks, at, report) => {
  if (!Array.isArray(blocks)) return
  const focused = blocks.filter(isObject).flatMap(elementsOf)
  if (focused.filter((element) => element.focus_on_load === true).length > 1) report('only one element may set focus_on_load', at)
}

let generated = 0

/** Slack gives an id to every block and element that has none, and sends it back in payloads. */
export function withIds(blocks: readonly JsonObject[]): JsonObject[] {
  const fresh = () => `gen${(++generated).toString(36).padStart(4, '0')}`
  const named = (element: JsonObject): JsonObject =>
    element.type === 'image' ? element : { ...element, action_id: element.action_id ?? fresh() }
  return blocks.map((block) => {
    const accessory = objectOf(block, 'accessory')
    const element = objectOf(block, 'element')
    return {
      ...block,
      block_id: block.block_id ?? fresh(),
      ...(accessory && { accessory: named(accessory) }),
      ...(element && { element: named(element) }),
      ...(block.type === 'actions' && { elements: objectsOf(block, 'elements').map(named) }),
    }
  })
}
