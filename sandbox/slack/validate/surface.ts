import { isObject, objectsOf } from '../json.ts'
import { messageBlock, viewBlock } from './block.ts'
import { plainText } from './composition.ts'
import { oneFocus, uniqueIds } from './identity.ts'
import type { Rule } from './rule.ts'
import { all, boolean, byType, codePoints, list, object, problemsOf, string } from './rule.ts'

/** Undocumented, seen in practice: above this many characters in one message Slack answers `msg_blocks_too_long`. */
const maximumText = 9_500

const messageBlocks = all(list(messageBlock, { max: 50 }), uniqueIds, oneFocus)

/** Every problem of a message's blocks, as Slack words them; empty when it would take them. */
export function messageProblems(blocks: unknown): string[] {
  return problemsOf(messageBlocks, blocks, '/blocks')
}

/** Whether all text of a message together, blocks and fallback, is more than Slack takes. */
export function isTooLong(text: string, blocks: unknown): boolean {
  return codePoints(text) + textLength(blocks) > maximumText
}

/** The length of every `text` string, however deep. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textLength(item), 0)
  if (!isObject(value)) return 0
  return Object.entries(value).reduce((sum, [key, item]) => {
    return sum + (key === 'text' && typeof item === 'string' ? codePoints(item) : textLength(item))
  }, 0)
}

const submitWithInputs: Rule = (view, at, report) => {
  if (!isObject(view) || view.submit !== undefined) return
  if (objectsOf(view, 'blocks').some((block) => block.type === 'input')) report('missing required field: submit', at)
}

const modal = all(
  object({
    required: { title: plainText(24), blocks: all(list(viewBlock, { min: 1, max: 100 }), uniqueIds, oneFocus) },
    optional: {
      submit: plainText(24),
      close: plainText(24),
      private_metadata: string({ min: 0, max: 3000 }),
      callback_id: string({ min: 0, max: 255 }),
      external_id: string({ min: 0, max: 255 }),
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
  }),
  submitWithInputs,
)

const home = object({
  required: { blocks: all(list(viewBlock, { max: 100 }), uniqueIds, oneFocus) },
  optional: {
    private_metadata: string({ min: 0, max: 3000 }),
    callback_id: string({ min: 0, max: 255 }),
    external_id: string({ min: 0, max: 255 }),
  },
})

/** Every problem of a modal as an app sends it. */
export function viewProblems(view: unknown): string[] {
  return problemsOf(byType({ modal }), view, '/view')
}

/** Every problem of a Home tab. Source: https://docs.slack.dev/reference/views/home-tab-views */
export function homeProblems(view: unknown): string[] {
  return problemsOf(byType({ home }), view, '/view')
}
