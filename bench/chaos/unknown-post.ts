import type { Observed, Post } from './observed.ts'

/** How long before a trouble a message may have been posted that could not be noted any more, in milliseconds. */
const beforeTroubleMs = 2_000

/** Whether nobody could know that it was posted: its answer was lost, or one of these troubles kept its sender from noting it. */
export function isUnknown({ unanswered, troubles }: Observed, { chat, id, versions }: Post, kept: RegExp = /redis|bot/): boolean {
  if (unanswered.includes(`${chat} ${id}`)) return true
  const at = versions[0]?.at ?? 0
  return troubles.some(({ from, to, what }) => kept.test(what) && at >= from - beforeTroubleMs && at <= to + beforeTroubleMs)
}
