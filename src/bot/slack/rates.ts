import type { Turns } from '../chat/in-turn.ts'

/** One post a second in a channel, and a burst of three: https://docs.slack.dev/apis/web-api/rate-limits */
export const postRates = [{ burst: 3, everyMs: 1_000 }] as const

/** 50 updates a minute in all channels together. */
export const updateRates = [{ burst: 15, everyMs: 1_200 }] as const

/** Posts are counted by channel or person, updates under one key. */
export interface SlackTurns {
  readonly posts: Turns
  readonly updates: Turns
}

/** The key of all updates. */
export const allChannels = 'all'
