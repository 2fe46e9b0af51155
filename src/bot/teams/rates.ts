import type { Turns } from '../chat/in-turn.ts'

/**
 * Of one conversation, posts and updates together: 7 a second, 60 in 30 s, 1,800 an hour. A bucket of a burst lets at most the burst and what drains
 * meanwhile through. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 */
export const conversationRates = [
  { burst: 5, everyMs: 500 },
  { burst: 15, everyMs: 667 },
  { burst: 300, everyMs: 2_400 },
] as const

export type TeamsTurns = Turns

/** All threads of a channel count as one conversation. */
export function conversationKey(conversation: string): string {
  return conversation.split(';')[0] ?? conversation
}
