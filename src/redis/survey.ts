import type { LastHealthy } from '../domain/diagnosis/changes.ts'
import type { LastVerdict, PrivateName, Survey } from '../domain/survey.ts'
import type { Connection } from './connection.ts'
import { lastParsed } from './last-parsed.ts'
import { prefix } from './queues.ts'
import { rowsOf, surveyOf } from './survey-rows.ts'

export const surveyKeys = { survey: `${prefix}:survey`, names: `${prefix}:survey:names` }
export const verdictKeys = { verdicts: `${prefix}:verdicts`, healthy: `${prefix}:verdicts:healthy` }

/** Where the survey is kept, and the private names that were read apart from it. */
export interface SurveyStore {
  /** As it was written. */
  read(): Promise<Survey | undefined>
  /** With the private names that were learned since: each is read and parsed, one for each service. */
  readWithNames(): Promise<Survey | undefined>
  write(survey: Survey): Promise<void>
  /** Adds private names by service id. Safe with several writers. */
  learn(names: Survey['names']): Promise<void>
  /** The private names by service id: those of the last survey, and those learned since or before it. The newer of two counts. */
  names(): Promise<Survey['names']>
}

export function redisSurvey(redis: Connection): SurveyStore {
  const { survey: key, names: namesKey } = surveyKeys
  const parsed = lastParsed((text) => surveyOf(JSON.parse(text)))
  const read = async (): Promise<Survey | undefined> => {
    const text = await redis.get(key)
    return text === null ? undefined : parsed(text)
  }
  const readLearned = async (): Promise<Survey['names']> => {
    const learned = Object.entries(await redis.hgetall(namesKey)).map(([id, name]): [string, PrivateName] => [
      id,
      JSON.parse(name),
    ])
    return Object.fromEntries(learned)
  }
  return {
    read,
    async readWithNames() {
      const [survey, learned] = await Promise.all([read(), readLearned()])
      if (survey === undefined) return undefined
      const names = Object.entries(survey.names).map(([id, name]) => [id, newer(name, learned[id])])
      return { ...survey, names: Object.fromEntries(names) }
    },
    async write(survey) {
      await redis.set(key, JSON.stringify(rowsOf(survey)))
    },
    async learn(names) {
      const fields = Object.entries(names).flatMap(([id, name]) => [id, JSON.stringify(name)])
      if (fields.length > 0) await redis.hset(namesKey, ...fields)
    },
    async names() {
      const [survey, learned] = await Promise.all([read(), readLearned()])
      const known = Object.entries(survey?.names ?? {}).map(([id, name]) => [id, newer(name, learned[id])])
      return { ...learned, ...Object.fromEntries(known) }
    },
  }
}

function newer(name: PrivateName, other: PrivateName | undefined): PrivateName {
  return other !== undefined && other.readAt > name.readAt ? other : name
}

/** The last verdict of each service from each network. */
export interface Verdicts {
  read(): Promise<ReadonlyMap<string, LastVerdict>>
  save(serviceId: string, network: string, verdict: LastVerdict): Promise<void>
  /** The last healthy diagnosis of a service from a network; undefined when there was none. */
  lastHealthy(serviceId: string, network: string): Promise<LastHealthy | undefined>
  saveHealthy(serviceId: string, network: string, last: LastHealthy): Promise<void>
}

/** The field under which the verdict of one service from one network is stored. */
export function verdictKey(serviceId: string, network: string): string {
  return `${serviceId} ${network}`
}

export function redisVerdicts(redis: Connection): Verdicts {
  const { verdicts: key, healthy: healthyKey } = verdictKeys
  return {
    async read() {
      const all = await redis.hgetall(key)
      return new Map(Object.entries(all).map(([field, text]) => [field, JSON.parse(text)]))
    },
    async save(serviceId, network, { code, severity, at }) {
      await redis.hset(key, verdictKey(serviceId, network), JSON.stringify({ code, severity, at }))
    },
    async lastHealthy(serviceId, network) {
      const text = await redis.hget(healthyKey, verdictKey(serviceId, network))
      return text === null ? undefined : JSON.parse(text)
    },
    async saveHealthy(serviceId, network, last) {
      await redis.hset(healthyKey, verdictKey(serviceId, network), JSON.stringify(last))
    },
  }
}
