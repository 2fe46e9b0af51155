import type { Person } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import { redisChoices } from '../../redis/choices.ts'
import type { Connection } from '../../redis/connection.ts'
import { redisPace } from '../../redis/pace.ts'
import { redisSeen } from '../../redis/records.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import type { ServedChat } from '../chat/served-chat.ts'
import { createGuard, rememberSeconds } from './guard.ts'
import { postRates, updateRates } from './rates.ts'
import { createReceiver } from './receiver.ts'
import { createSlackSurface } from './surface.ts'

export interface SlackSettings {
  readonly botToken: string
  readonly signingSecret: string
  /** With it, Socket Mode. */
  readonly appToken?: string
  readonly apiUrl?: string
}

interface Shared {
  readonly redis: Connection
  readonly people: readonly Person[]
  readonly metrics: ChatMetrics
  readonly log: Log
}

/** Slack over HTTP, or over Socket Mode with an app token. Calls Slack for the first time in `listen`. */
export function openSlack(settings: SlackSettings, { redis, people, metrics, log }: Shared): ServedChat {
  const seen = redisSeen(redis, { name: 'slack', seconds: rememberSeconds })
  const clockIsOff = (why: string): void => log.warn(why)
  const guard = createGuard({ seen, now: Date.now, signingSecret: settings.signingSecret, clockIsOff })
  const intake = createReceiver({ ...settings, guard, metrics, log })
  const turns = {
    posts: redisPace(redis, { name: 'slack-posts', rates: postRates }, log),
    updates: redisPace(redis, { name: 'slack-updates', rates: updateRates }, log),
  }
  return {
    surface: createSlackSurface({ ...settings, intake, people, guard, metrics, turns, choices: redisChoices(redis), log }),
    problem: () => (intake.socket?.isConnected() === false ? 'has no connection to the bot' : undefined),
    routes: intake.serve === undefined ? {} : { 'POST /slack/events': intake.serve },
  }
}
