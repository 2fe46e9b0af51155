import { randomUUID } from 'node:crypto'
import { entryOf, hashOf } from '../domain/audit.ts'
import type { Ledger } from '../domain/ledger.ts'
import { isOpen, needsReview, type Request, type RequestEvent, transition } from '../domain/request.ts'
import { auditHeadKey, auditIndexKey, auditKey, parseHead } from './audit.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

const openKey = `${prefix}:requests:open`
const unshownKey = `${prefix}:requests:unshown`
const allKey = `${prefix}:requests:all`
const numberKey = `${prefix}:requests:number`

function keyOf(id: string): string {
  return `${prefix}:request:${id}`
}

/**
 * Replaces the stored request if it still reads as it did and the chain of the audit still ends where it did. In the same step it appends to that chain,
 * keeps the indexes, and notes that chat does not show this version yet. An empty expectation means that there must be none yet. Returns 1 when it wrote.
 */
const compareAndSet = `
local stored = redis.call('GET', KEYS[1])
if (stored or '') ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[6]) or '') ~= ARGV[7] then return 0 end
local entry = redis.call('XADD', KEYS[7], '*', 'entry', ARGV[8], 'hash', ARGV[9])
redis.call('RPUSH', KEYS[8], entry)
redis.call('SET', KEYS[6], ARGV[10])
redis.call('SET', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[5])
if not stored then
  redis.call('ZADD', KEYS[4], ARGV[6], ARGV[3])
  redis.call('ZADD', KEYS[5], ARGV[6], ARGV[3])
end
if ARGV[4] == 'open' then redis.call('SADD', KEYS[2], ARGV[3]) else redis.call('SREM', KEYS[2], ARGV[3]) end
return 1
`

/** Forgets the note, unless the request has changed since. */
const forgetIfSame = `
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
`

export function redisLedger(redis: Connection): Ledger {
  const replace = async (
    expected: string,
    next: Request,
    event: RequestEvent | { readonly type: 'created' },
  ): Promise<boolean> => {
    const headText = (await redis.get(auditHeadKey)) ?? ''
    const head = parseHead(headText)
    const entry = JSON.stringify(entryOf(next, event, new Date().toISOString()))
    const hash = hashOf(head.hash, entry)
    const requestKeys = [keyOf(next.id), openKey, unshownKey, allKey, personKey(next.asked.by.key)]
    const keys = [...requestKeys, auditHeadKey, auditKey, auditIndexKey(next.id)]
    const openness = isOpen(next) || needsReview(next) ? 'open' : 'closed'
    const values = [expected, JSON.stringify(next), next.id, openness, randomUUID(), numberOf(next.id)]
    const links = [headText, entry, hash, `${hash} ${head.count + 1}`]
    return (await redis.eval(compareAndSet, keys.length, ...keys, ...values, ...links)) === 1
  }
  return {
    async nextId() {
      return `PL-${await redis.incr(numberKey)}`
    },
    async create(request) {
      for (;;) {
        if (await replace('', request, { type: 'created' })) return 'created'
        if ((await redis.exists(keyOf(request.id))) === 1) return 'exists'
      }
    },
    async get(id) {
      const text = await redis.get(keyOf(id))
      return text === null ? undefined : parse(text)
    },
    async record(id: string, event: RequestEvent) {
      for (;;) {
        const text = await redis.get(keyOf(id))
        if (text === null) throw new Error(`There is no request ${id}.`)
        const before = parse(text)
        const after = transition(before, event)
        if (after === before) return { request: before, changed: false }
        if (await replace(text, after, event)) return { request: after, changed: true }
      }
    },
    async newest(limit, person) {
      const ids = await redis.zrange(person === undefined ? allKey : personKey(person), '0', String(limit - 1), 'REV')
      const texts = ids.length === 0 ? [] : await redis.mget(ids.map(keyOf))
      return texts.flatMap((text) => (text === null ? [] : [parse(text)]))
    },
    async unshown() {
      return await redis.hgetall(unshownKey)
    },
    async shown(id, version) {
      await redis.eval(forgetIfSame, 1, unshownKey, id, version)
    },
    async open() {
      const ids = await redis.smembers(openKey)
      const texts = ids.length === 0 ? [] : await redis.mget(ids.map(keyOf))
      return texts.flatMap((text) => (text === null ? [] : [parse(text)]))
    },
  }
}

function personKey(person: string): string {
  return `${prefix}:requests:by:${person}`
}

/** `PL-42` → 42: the order in which requests were asked for. */
function numberOf(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0)
}

/** Only `replace` writes these keys, so what is stored has the shape. */
function parse(text: string): Request {
  return JSON.parse(text)
}
