import { setTimeout as sleep } from 'node:timers/promises'
import { App } from '@slack/bolt'
import { RetryableError } from '../../domain/errors.ts'
import type { Person } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Choices } from '../../redis/choices.ts'
import type { Card } from '../chat/card.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import { inTurn } from '../chat/in-turn.ts'
import { unreachableHandlers, unrecognizedHandlers } from '../chat/safe-handlers.ts'
import type { ChatSurface } from '../chat/surface.ts'
import { attach } from './attach.ts'
import { boltLog } from './bolt-log.ts'
import { slackClients } from './clients.ts'
import { callSlack, slackErrorCode } from './errors.ts'
import { type Guard, UnwantedRequest } from './guard.ts'
import { listenForClicks } from './listeners/click.ts'
import { listenForCommands } from './listeners/command.ts'
import { type ListenerContext, messageId } from './listeners/context.ts'
import { listenForForms, listenForSearches } from './listeners/form.ts'
import { listenForHome } from './listeners/home.ts'
import { listenForUnknownForms } from './listeners/unknown-form.ts'
import { withAccounts } from './mentions.ts'
import { learnOwnApp } from './own-app.ts'
import { type SlackHome, slackPeople } from './people.ts'
import { allChannels, type SlackTurns } from './rates.ts'
import type { Intake } from './receiver.ts'
import { slackMessage } from './render/blocks.ts'
import { timeAnswers } from './timed-answers.ts'

export interface SlackOptions {
  readonly botToken: string
  readonly apiUrl?: string
  readonly intake: Intake
  readonly people: readonly Person[]
  readonly guard: Guard
  readonly metrics: ChatMetrics
  readonly turns: SlackTurns
  readonly choices: Choices
  readonly log: Log
}

/** The bot's chat port over Slack. */
export function createSlackSurface(options: SlackOptions): ChatSurface {
  const { intake, people, guard, metrics, turns, log } = options
  const { interactive, queued } = slackClients(options, log)
  let home: SlackHome = {}
  const accounts = slackPeople(interactive, { people, home: () => home })
  const unfinished = new Set<Promise<void>>()
  const closing = new AbortController()

  const messageOf = async (card: Card) => slackMessage(await withAccounts(card, accounts.accountOf))
  const post = async (channel: string, card: Card): Promise<string> => {
    const message = await messageOf(card)
    const posted = await inTurn(turns.posts, channel, () =>
      callSlack(() => queued.chat.postMessage({ channel, ...message, unfurl_links: false, unfurl_media: false })),
    )
    return messageId(posted.channel ?? '', posted.ts ?? '')
  }
  /** Posts to the person's account id, which Slack takes for the direct message with them; where it does not, the direct message is opened first. */
  const direct = async (account: string, card: Card): Promise<string> => {
    try {
      return await post(account, card)
    } catch (error) {
      if (slackErrorCode(error) !== 'channel_not_found') throw error
      const opened = await queued.conversations.open({ users: account }).catch(() => undefined)
      if (opened?.channel?.id === undefined) throw error
      return await post(opened.channel.id, card)
    }
  }

  return {
    name: 'slack',
    async listen(handlers) {
      const me = await retried(() => callSlack(() => interactive.auth.test()))
      const identity = {
        botToken: options.botToken,
        ...(me.bot_id !== undefined && { botId: me.bot_id }),
        ...(me.user_id !== undefined && { botUserId: me.user_id }),
      }
      const app = new App({
        receiver: intake.receiver,
        logger: boltLog(log),
        convoStore: false,
        // A new object for each request: Bolt writes the user and the team of the request into it.
        authorize: async () => ({ ...identity }),
      })
      // Around all listeners, from the first line to the last: `close` waits for them.
      app.use(({ next }) => {
        const answering = next()
        const settled: Promise<void> = answering.catch(() => undefined).finally(() => unfinished.delete(settled))
        unfinished.add(settled)
        return answering
      })
      // The rethrown error reaches the receiver, which answers 401 or 500 if nothing was answered yet.
      app.error(async (error) => {
        if (error instanceof UnwantedRequest) {
          metrics.refused(error.why)
          log.warn(error.message)
        } else log.error({ err: error }, 'a listener failed')
        throw error
      })
      // An app that a whole organization installed gets requests of all its workspaces. Slack's answer says so; a request could be forged.
      const isForAll = me.is_enterprise_install === true
      home = { enterpriseId: me.enterprise_id, ...(!isForAll && { teamId: me.team_id }) }
      if (!isForAll) guard.expect({ teamId: me.team_id })
      const found = (appId: string) => guard.expect({ appId })
      if (me.bot_id !== undefined) await learnOwnApp(interactive, me.bot_id, { found, log, signal: closing.signal })
      if (intake.serve === undefined) {
        timeAnswers(app, (seconds) => metrics.acknowledged('slack', seconds))
        app.use(async ({ body, next }) => {
          guard.checkSender(Object(body))
          await next()
        })
      }
      const shared: ListenerContext = {
        client: interactive,
        closing: closing.signal,
        log,
        handlers,
        unchecked: unreachableHandlers,
        unrecognized: unrecognizedHandlers,
        identify: accounts.identify,
        membershipOf: accounts.membershipOf,
        choices: options.choices,
        declined: metrics.declined,
      }
      listenForCommands(app, shared)
      listenForClicks(app, shared)
      listenForForms(app, shared)
      listenForSearches(app, shared)
      listenForUnknownForms(app, shared)
      listenForHome(app, shared)
      await intake.socket?.open()
    },
    post: (place, card) => post(place.id, card),
    direct: async (person, card) => direct(await accounts.accountOf(person), card),
    groupsOf: accounts.groupsOf,
    membersOf: accounts.membersOf,
    away: accounts.away,
    attach: async (person, file) => attach(interactive, await accounts.accountOf(person), file),
    async update(message, card, yields) {
      const [channel = '', ts = ''] = message.split('/')
      const shown = await messageOf(card)
      await inTurn(turns.updates, allChannels, () => callSlack(() => queued.chat.update({ channel, ts, ...shown })), yields)
    },
    async close() {
      closing.abort()
      // Before the socket closes: acknowledgements go through it.
      await Promise.all(unfinished)
      await intake.socket?.close()
      await Promise.all(unfinished)
    },
  }
}

/** Five attempts, one second apart, while Slack does not answer. */
async function retried<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 5 || !(error instanceof RetryableError)) throw error
      await sleep(1_000)
    }
  }
}
