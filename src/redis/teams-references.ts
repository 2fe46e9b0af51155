import type { Connection } from './connection.ts'
import { teamsKey } from './queues.ts'

/** Somebody, as Teams knows them. */
export interface TeamsPerson {
  /** `29:…`, by which the Bot Connector names them. */
  readonly id: string
  readonly name: string
  /** Where the bot and this person talk alone, once they have. */
  readonly conversation?: string
}

/** Where Teams is to be found, as its activities last said. Kept for good: an approver may not speak for months. */
export interface TeamsReferences {
  /** The service URL of a conversation; where that is not known, the last one of any; nothing before the first activity. */
  serviceUrl(conversation: string): Promise<string | undefined>
  learnServiceUrl(conversation: string, serviceUrl: string): Promise<void>
  /** By Entra object id. */
  person(objectId: string): Promise<TeamsPerson | undefined>
  learnPerson(objectId: string, person: TeamsPerson): Promise<void>
}

const anyConversation = '*'

/** Entries of what was learned lately that one process keeps. */
const mostLearned = 1_000

/** What was learned so lately is not written again, in milliseconds. */
const knownForMs = 60_000

export function redisTeamsReferences(redis: Connection): TeamsReferences {
  const learned = new Map<string, { readonly value: string; readonly at: number }>()
  /** Whether it has to be written. Activities come far more often than anything about them changes. */
  const isNews = (key: string, value: string): boolean => {
    const known = learned.get(key)
    const now = performance.now()
    if (known?.value === value && now - known.at < knownForMs) return false
    learned.delete(key)
    learned.set(key, { value, at: now })
    if (learned.size > mostLearned) learned.delete(learned.keys().next().value ?? '')
    return true
  }
  const urlsKey = teamsKey('service-urls')
  const peopleKey = teamsKey('people')
  return {
    async serviceUrl(conversation) {
      const [own, any] = await redis.hmget(urlsKey, conversation, anyConversation)
      return own ?? any ?? undefined
    },
    async learnServiceUrl(conversation, serviceUrl) {
      if (!isNews(`url ${conversation}`, serviceUrl)) return
      await redis.hset(urlsKey, conversation, serviceUrl, anyConversation, serviceUrl)
    },
    async person(objectId) {
      const text = await redis.hget(peopleKey, objectId.toLowerCase())
      return text === null ? undefined : JSON.parse(text)
    },
    async learnPerson(objectId, person) {
      if (!isNews(`person ${objectId}`, JSON.stringify(person))) return
      const known = await this.person(objectId)
      await redis.hset(peopleKey, objectId.toLowerCase(), JSON.stringify({ ...known, ...person }))
    },
  }
}
