import type { LastHealthy } from '../domain/diagnosis/changes.ts'
import type { LastVerdict, Survey } from '../domain/survey.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** What the background knows of services and networks together. */
export interface SurveyStore {
  read(): Promise<Survey | undefined>
  write(survey: Survey): Promise<void>
}

export function redisSurvey(redis: Connection): SurveyStore {
  const key = `${prefix}:survey`
  return {
    async read() {
      const text = await redis.get(key)
      return text === null ? undefined : JSON.parse(text)
    },
    async write(survey) {
      await redis.set(key, JSON.stringify(survey))
    },
  }
}

/** The last verdict of each service from each network. */
export interface Verdicts {
  read(): Promise<ReadonlyMap<string, LastVerdict>>
  save(serviceId: string, network: string, verdict: LastVerdict): Promise<void>
  /** When it last worked, and how things were then. */
  lastHealthy(serviceId: string, network: string): Promise<LastHealthy | undefined>
  saveHealthy(serviceId: string, network: string, last: LastHealthy): Promise<void>
}

/** Of one service from one network. */
export function verdictKey(serviceId: string, network: string): string {
  return `${serviceId} ${network}`
}

export function redisVerdicts(redis: Connection): Verdicts {
  const key = `${prefix}:verdicts`
  const healthyKey = `${prefix}:verdicts:healthy`
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
