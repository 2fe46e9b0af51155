import type { Turns } from '../chat/in-turn.ts'

/** About one post a second in a channel, and a short burst: https://docs.slack.dev/apis/web-api/rate-limits */
export const postRates = [{ burst: 3, everyMs: 1_000 }] as const

/** At least 50 updates a minute, of all channels together. */
export const updateRates = [{ burst: 15, everyMs: 1_200 }] as const

/** Posts by channel or person, updates all together. */
export interface SlackTurns {
  readonly posts: Turns
  readonly updates: Turns
}

/** The one key of all updates. */
export const allChannels = 'all'
