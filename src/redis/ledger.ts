import { randomUUID } from 'node:crypto'
import { entryOf, hashOf } from '../domain/audit.ts'
import type { Ledger } from '../domain/ledger.ts'
import { isOpen, needsReview, type Request, type RequestEvent, transition } from '../domain/request.ts'
import type { Log } from '../log.ts'
import { auditHeadKey, auditIndexKey, auditKey, parseHead } from './audit.ts'
import { type Connection, serverIdOf } from './connection.ts'
import { prefix } from './queues.ts'
import { untilReplicated } from './replication.ts'

const openKey = `${prefix}:requests:open`
const unshownKey = `${prefix}:requests:unshown`
const allKey = `${prefix}:requests:all`
const numberKey = `${prefix}:requests:number`
const issuedKey = `${prefix}:requests:issued`

function keyOf(id: string): string {
  return `${prefix}:request:${id}`
}

/**
 * Replaces a request, if the stored text is still the expected one and the audit still ends with the expected head. In the same step it appends the audit
 * entry, updates the indexes, and notes that chat does not show this version yet. An empty `expected` or `expectedHead` means that nothing may be stored
 * there. Returns 1 when it wrote, else 0.
 */
const compareAndSet = `
local request, open, unshown, all, ofPerson = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local auditHead, auditEntries, auditIndex = KEYS[6], KEYS[7], KEYS[8]
local expected, replacement, id, openness, version, number = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local expectedHead, entry, hash, nextHead = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local stored = redis.call('GET', request)
if (stored or '') ~= expected then return 0 end
if (redis.call('GET', auditHead) or '') ~= expectedHead then return 0 end
local entryId = redis.call('XADD', auditEntries, '*', 'entry', entry, 'hash', hash)
redis.call('RPUSH', auditIndex, entryId)
redis.call('SET', auditHead, nextHead)
redis.call('SET', request, replacement)
redis.call('HSET', unshown, id, version)
if not stored then
  redis.call('ZADD', all, number, id)
  redis.call('ZADD', ofPerson, number, id)
end
if openness == 'open' then redis.call('SADD', open, id) else redis.call('SREM', open, id) end
return 1
`

/**
 * The next number. A server that is not the one that gave out the last may hold restored data, in which later numbers are missing: it leaves out one for each
 * minute since the last that it knows, which is more than people ask for.
 */
const nextNumber = `
local number, issued, server = KEYS[1], KEYS[2], ARGV[1]
local last = redis.call('HMGET', issued, 'server', 'at')
local now = tonumber(redis.call('TIME')[1])
local left = 0
if last[1] and last[1] ~= server then left = math.max(0, math.ceil((now - tonumber(last[2])) / 60)) end
redis.call('HSET', issued, 'server', server, 'at', now)
return redis.call('INCRBY', number, 1 + left)
`

/** Removes the note that chat does not show a request, unless the request has a newer version than the one that was shown. */
const forgetIfSame = `
local unshown, id, version = KEYS[1], ARGV[1], ARGV[2]
if redis.call('HGET', unshown, id) == version then redis.call('HDEL', unshown, id) end
`

/** How many requests chat shows in an older version. */
export async function countUnshown(redis: Connection): Promise<number> {
  return await redis.hlen(unshownKey)
}

interface LedgerOptions {
  readonly log?: Pick<Log, 'warn'>
  /** Told of each change of a request that was written, with the request before it. */
  changed?(before: Request, after: Request): void
}

export function redisLedger(redis: Connection, { log, changed }: LedgerOptions = {}): Ledger {
  const replace = async (
    expected: string,
    next: Request,
    event: RequestEvent | { readonly type: 'created' },
    headText: string,
  ): Promise<boolean> => {
    const head = parseHead(headText)
    const entry = JSON.stringify(entryOf(next, event, new Date().toISOString()))
    const hash = hashOf(head.hash, entry)
    const requestKeys = [keyOf(next.id), openKey, unshownKey, allKey, personKey(next.asked.by.key)]
    const keys = [...requestKeys, auditHeadKey, auditKey, auditIndexKey(next.id)]
    const openness = isOpen(next) || needsReview(next) ? 'open' : 'closed'
    const version = randomUUID()
    const values = [expected, JSON.stringify(next), next.id, openness, version, numberOf(next.id)]
    const links = [headText, entry, hash, `${hash} ${head.count + 1}`]
    const isWritten = async () => (await redis.hget(unshownKey, next.id)) === version
    try {
      if ((await redis.eval(compareAndSet, keys.length, ...keys, ...values, ...links)) === 1) return true
    } catch (error) {
      // The answer was late or got lost, perhaps after the write.
      if (await isWritten()) return true
      throw error
    }
    // Where the connection broke after the write, ioredis has sent it again, and the second one found the first.
    return await isWritten()
  }
  /** What a person decided is to survive a failover. Where no replica has it in time, the decision stands all the same. */
  const keepDecision = async (id: string): Promise<void> => {
    const kept = await untilReplicated(redis).catch(() => 'late')
    if (kept === 'late') log?.warn({ request: id }, 'no replica of Redis has this decision yet: a failover now could lose it')
  }
  const auditHead = async (): Promise<string> => (await redis.get(auditHeadKey)) ?? ''
  const open = async (): Promise<readonly Request[]> => {
    const ids = await redis.smembers(openKey)
    const texts = ids.length === 0 ? [] : await redis.mget(ids.map(keyOf))
    return texts.flatMap((text) => (text === null ? [] : [parse(text)]))
  }
  return {
    async nextId() {
      const server = (await serverIdOf(redis)) ?? ''
      return `PL-${await redis.eval(nextNumber, 2, numberKey, issuedKey, server)}`
    },
    async create(request, isSame = () => false) {
      for (;;) {
        // Read before the look: a request that is made after the look moves the head, and then this one is not stored.
        const head = await auditHead()
        const same = (await open()).find((each) => isSame(each))
        if (same !== undefined) return same
        if (await replace('', request, { type: 'created' }, head)) return request
        if ((await redis.exists(keyOf(request.id))) === 1) throw new Error(`There is a request ${request.id} already.`)
      }
    },
    async get(id) {
      const text = await redis.get(keyOf(id))
      return text === null ? undefined : parse(text)
    },
    async record(id: string, event: RequestEvent) {
      for (;;) {
        const head = await auditHead()
        const text = await redis.get(keyOf(id))
        if (text === null) throw new Error(`There is no request ${id}.`)
        const before = parse(text)
        const after = transition(before, event)
        if (after === before) return { request: before, changed: false }
        if (!(await replace(text, after, event, head))) continue
        changed?.(before, after)
        if ('by' in event) await keepDecision(id)
        return { request: after, changed: true }
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
    open,
  }
}

function personKey(person: string): string {
  return `${prefix}:requests:by:${person}`
}

/** All keys of requests, as patterns. */
export const ledgerKeys = { request: keyOf('*'), requests: `${prefix}:requests:*` }

/** `PL-42` → 42. Requests are listed in the order of these numbers. */
function numberOf(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0)
}

/** The text is not validated: only `replace` writes these keys. */
function parse(text: string): Request {
  return JSON.parse(text)
}
