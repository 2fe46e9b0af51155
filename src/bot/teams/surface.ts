import type { InvokeResponse } from 'botbuilder'
import { TerminalError } from '../../domain/errors.ts'
import type { Person } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { OfferedFiles } from '../../redis/offered-files.ts'
import type { Seen } from '../../redis/records.ts'
import type { TeamsReferences } from '../../redis/teams-references.ts'
import type { Card } from '../chat/card.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import { unreachableHandlers, unrecognizedHandlers } from '../chat/safe-handlers.ts'
import type { ChatSurface, Handlers } from '../chat/surface.ts'
import type { TeamsActivity } from './activity.ts'
import { attach } from './attach.ts'
import type { Connector, Sent, Where } from './connector.ts'
import { isFirst } from './guard.ts'
import { answerActivity } from './listeners/activity.ts'
import { requestNamedIn } from './listeners/click.ts'
import { type ListenerContext, messageId, parseMessageId } from './listeners/context.ts'
import { messageOf, simpleMessageOf } from './message.ts'
import type { TeamsPeople } from './people.ts'
import { type TeamsSettings, usualServiceUrl } from './settings.ts'

export interface SurfaceOptions {
  readonly settings: TeamsSettings
  readonly connector: Connector
  readonly references: TeamsReferences
  readonly files: OfferedFiles
  readonly people: TeamsPeople
  readonly seen: Seen
  /** Begins to read a request that somebody may have clicked on, while it is asked whether the click is a replay. */
  readAhead(request: string): void
  readonly metrics: ChatMetrics
  readonly log: Log
}

export interface TeamsSurface extends ChatSurface {
  /** Acts on an authentic activity. Returns what an invoke is answered with. */
  turn(activity: TeamsActivity): Promise<InvokeResponse | undefined>
}

/** Channels are written to by beginning a thread; their threads, chats and people by sending to the conversation. */
const channel = /^19:[^;]+@thread\.(tacv2|skype)$/

/** Teams, as the bot needs it. */
export function createTeamsSurface(options: SurfaceOptions): TeamsSurface {
  const { settings, connector, references, files, people, seen, readAhead, metrics, log } = options
  const working = new Set<Promise<unknown>>()
  const closing = new AbortController()
  let listening: ListenerContext | undefined

  const whereIs = async (conversation: string): Promise<Where> => ({
    conversation,
    serviceUrl: (await references.serviceUrl(conversation)) ?? settings.serviceUrl ?? usualServiceUrl,
  })
  /** What Teams refuses as it is, is sent in a simpler form rather than lost. */
  const inSomeForm = async <T>(card: Card, send: (message: ReturnType<typeof messageOf>) => Promise<T>): Promise<T> => {
    try {
      return await send(messageOf(card))
    } catch (error) {
      if (!(error instanceof TerminalError) || error.code !== 'teams-refused') throw error
      log.warn({ err: error }, 'a card is sent in a simpler form')
      return await send(simpleMessageOf(card))
    }
  }
  const postIn = async (conversation: string, card: Card): Promise<Sent> => {
    const where = await whereIs(conversation)
    return await inSomeForm(card, (message) =>
      channel.test(conversation) ? connector.begin(where, message) : connector.send(where, message),
    )
  }
  /** The conversation with one person, opened where there is none yet. */
  const personalWith = async (person: Person): Promise<{ readonly conversation: string; readonly objectId: string }> => {
    const { id, name, objectId, conversation: known } = await people.accountOf(person)
    if (known !== undefined) return { conversation: known, objectId }
    const { serviceUrl } = await whereIs('')
    const conversation = await connector.personal(serviceUrl, id)
    await references.learnPerson(objectId, { id, name, conversation })
    return { conversation, objectId }
  }
  const direct = async (person: Person, card: Card): Promise<string> =>
    messageId(await postIn((await personalWith(person)).conversation, card))
  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<void> = work.then(
      () => undefined,
      () => undefined,
    )
    working.add(settled)
    settled.then(() => working.delete(settled))
    return work
  }

  return {
    name: 'teams',
    async listen(handlers: Handlers) {
      listening = {
        connector,
        references,
        people,
        log,
        handlers,
        unchecked: unreachableHandlers,
        unrecognized: unrecognizedHandlers,
        direct,
        declined: metrics.declined,
        closing: closing.signal,
        track,
      }
    },
    async turn(activity) {
      if (listening === undefined) return undefined
      const request = requestNamedIn(activity)
      if (request !== undefined) readAhead(request)
      return await track(answerActivity(listening, files, activity, () => isFirst(seen, activity)))
    },
    post: async ({ id }, card) => messageId(await postIn(id, card)),
    async update(message, card, yields) {
      const { conversation, activity } = parseMessageId(message)
      const where = await whereIs(conversation)
      await inSomeForm(card, (shown) => connector.update(where, activity, shown, yields))
    },
    direct,
    groupsOf: people.groupsOf,
    membersOf: people.membersOf,
    away: people.away,
    async attach(person, file) {
      const { conversation, objectId } = await personalWith(person)
      await attach({ connector, files }, await whereIs(conversation), objectId, file)
    },
    async close() {
      closing.abort()
      await Promise.all(working)
    },
  }
}
