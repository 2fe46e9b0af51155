import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts'
import type { Service } from '../domain/target.ts'
import type { Connection } from './connection.ts'
import { lastParsed } from './last-parsed.ts'
import { prefix } from './queues.ts'

export const diagnosisNumberKey = `${prefix}:diagnoses:number`
export const inventoryKeys = { inventory: `${prefix}:inventory`, learned: `${prefix}:inventory:learned` }

export function diagnosisKey(id: string): string {
  return `${prefix}:diagnosis:${id}`
}

export function seenKey(name: string, id: string): string {
  return `${prefix}:seen:${name}:${id}`
}

const dayMs = 86_400_000

export interface Diagnoses {
  /** How long a diagnosis is kept, in milliseconds. */
  readonly keptMs: number
  nextId(): Promise<string>
  save(diagnosis: Diagnosis): Promise<void>
  get(id: string): Promise<Diagnosis | undefined>
}

export function redisDiagnoses(redis: Connection, keptMs = dayMs): Diagnoses {
  return {
    keptMs,
    async nextId() {
      return `DG-${await redis.incr(diagnosisNumberKey)}`
    },
    async save(diagnosis) {
      await redis.set(diagnosisKey(diagnosis.id), JSON.stringify(diagnosis), 'PX', keptMs)
    },
    async get(id) {
      const text = await redis.get(diagnosisKey(id))
      return text === null ? undefined : JSON.parse(text)
    },
  }
}

/** The services of all organizations, as last read. */
export interface Inventory {
  /** When reading began. */
  readonly readAt: string
  readonly services: readonly Service[]
  /** By service id: GUIDs or resource ids of private endpoints. */
  readonly allowLists: Readonly<Record<string, readonly string[]>>
  /** Names of organizations that could not be read this time: their services and lists here were read earlier. */
  readonly unread?: readonly string[]
  /** When the data of such an organization was read, by organization id; without an entry, it was never read. */
  readonly keptFrom?: Readonly<Record<string, string>>
}

export interface InventoryStore {
  read(): Promise<Inventory | undefined>
  write(inventory: Inventory): Promise<void>
  /** Adds allow lists, by service id, as seen at the time `at`. They count until the services are read later than that. Safe with several writers. */
  learn(allowLists: ReadonlyMap<string, readonly string[]>, at: string): Promise<void>
}

export function redisInventory(redis: Connection): InventoryStore {
  const { inventory: key, learned: learnedKey } = inventoryKeys
  const parsed = lastParsed((text): Inventory => JSON.parse(text))
  return {
    async read() {
      const [text, fields] = await Promise.all([redis.get(key), redis.hgetall(learnedKey)])
      return text === null ? undefined : withLearned(parsed(text), fields)
    },
    async write(inventory) {
      await redis.set(key, JSON.stringify(inventory))
    },
    async learn(allowLists, at) {
      const fields = [...allowLists].flatMap(([id, list]) => [id, JSON.stringify({ at, list })])
      if (fields.length === 0) return
      await redis.hset(learnedKey, ...fields)
      await redis.expire(learnedKey, learnedSeconds)
    },
  }
}

/** Learned lists are kept for a day; services are read again much sooner. */
const learnedSeconds = 86_400

function withLearned(inventory: Inventory, fields: Readonly<Record<string, string>>): Inventory {
  const newer = inventory.services.flatMap(({ id, organizationId }) => {
    const field = fields[id]
    if (field === undefined) return []
    const { at, list } = JSON.parse(field)
    return at > (inventory.keptFrom?.[organizationId] ?? inventory.readAt) ? [[id, list]] : []
  })
  return { ...inventory, allowLists: { ...inventory.allowLists, ...Object.fromEntries(newer) } }
}

/** Remembers ids for a while, for example the signatures of requests that were already answered. */
export interface Seen {
  /** True when the id is new; false when it came within the last `seconds`. */
  first(id: string): Promise<boolean>
}

export function redisSeen(redis: Connection, { name, seconds }: { name: string; seconds: number }): Seen {
  return {
    async first(id) {
      return (await redis.set(seenKey(name, id), '', 'EX', seconds, 'NX')) === 'OK'
    },
  }
}

/** The chat message that shows a record, for each place. */
export interface Messages {
  /** Message ids by place key. */
  of(record: string): Promise<Readonly<Record<string, string>>>
  remember(record: string, place: string, message: string): Promise<void>
}

/** The key of the messages that show a record, e.g. `request-PL-42`. */
export function messagesKey(record: string): string {
  return `${prefix}:messages:${record}`
}

/** Message ids are kept for `keptMs` after the last post. */
export function redisMessages(redis: Connection, keptMs = 90 * dayMs): Messages {
  return {
    async of(record) {
      return await redis.hgetall(messagesKey(record))
    },
    async remember(record, place, message) {
      await redis.hset(messagesKey(record), place, message)
      await redis.pexpire(messagesKey(record), keptMs)
    },
  }
}
