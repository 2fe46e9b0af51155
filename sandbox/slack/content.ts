import { ApiError } from './api/api-error.ts'
import type { JsonObject } from './json.ts'
import { isObject, parseJson } from './json.ts'
import { pingsOf } from './mrkdwn.ts'
import type { Content } from './store.ts'
import { withIds } from './validate/identity.ts'
import { codePoints } from './validate/rule.ts'
import { isTooLong, messageProblems } from './validate/surface.ts'

/**
 * Reads what an app wants to show. Stricter than Slack in one point: a message without a top-level `text` is refused with `no_text` even when it
 * has blocks, because that text is what screen readers and notifications use.
 * @param maxText longest top-level text: 40,000 when posting, 4,000 when updating
 */
export function readContent(source: JsonObject, maxText: number): Content {
  if (source.attachments !== undefined) throw new ApiError('invalid_arguments', ['[ERROR] this sandbox knows no attachments'])
  const { text } = source
  if (typeof text !== 'string' || text.trim() === '') throw new ApiError('no_text')
  if (codePoints(text) > maxText) throw new ApiError('msg_too_long')
  const blocks = readBlocks(source.blocks)
  const problems = messageProblems(blocks)
  if (problems.length > 0) throw new ApiError('invalid_blocks', problems)
  if (isTooLong(text, blocks)) throw new ApiError('msg_blocks_too_long')
  const checked = withIds(blocks.filter(isObject))
  return { text, blocks: checked, pings: pingsOf(text, checked) }
}

/** Forms carry blocks as a JSON string. */
function readBlocks(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  const blocks = typeof value === 'string' ? parseJson(value) : value
  if (!Array.isArray(blocks)) throw new ApiError('invalid_blocks_format')
  return blocks
}
