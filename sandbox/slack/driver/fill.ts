import type { Directory } from '../directory.ts'
import type { Input } from '../inputs.ts'
import { choiceIn, inputsOf, isBlank, untouched } from '../inputs.ts'
import { textIn } from '../json.ts'
import type { SlackView } from '../store.ts'
import type { Entry } from './pick.ts'
import { pick } from './pick.ts'

/** By the label that a person reads, or by action_id or block_id. Throws unless there is exactly one. */
export function findInput(blocks: unknown, name: string): Input {
  const inputs = inputsOf(blocks)
  const names = ({ block, element, actionId, blockId }: Input) =>
    [textIn(block, 'label') ?? textIn(block, 'text') ?? textIn(element, 'placeholder'), actionId, blockId].filter(
      (one) => one !== undefined,
    )
  const found = inputs.filter((input) => names(input).includes(name))
  const [first, second] = found
  if (first && !second) return first
  const all = inputs.map((input) => `"${names(input)[0]}"`).join(', ') || 'none'
  throw new Error(`${found.length} inputs are "${name}"; there are: ${all}`)
}

export function enter(view: SlackView, input: Input, entry: Entry, directory: Directory): void {
  const actions = view.state.get(input.blockId) ?? new Map()
  actions.set(input.actionId, pick(input.element, entry, directory))
  view.state.set(input.blockId, actions)
}

/** Throws when an input that is not optional is empty: Slack's client does not submit then. */
export function assertComplete(view: SlackView): void {
  const missing = inputsOf(view.content.blocks).filter(({ block, element, blockId, actionId }) => {
    if (block.type !== 'input' || block.optional === true) return false
    return isBlank(choiceIn(element, view.state.get(blockId)?.get(actionId) ?? untouched(element)))
  })
  if (missing.length === 0) return
  throw new Error(`not filled in: ${missing.map(({ block }) => `"${textIn(block, 'label')}"`).join(', ')}`)
}
