import { randomUUID } from 'node:crypto'
import { entryOf } from '../domain/audit.ts'
import { type Ledger, UnknownRequest } from '../domain/ledger.ts'
import type { Request, RequestEvent } from '../domain/request.ts'
import { transition } from '../domain/transition.ts'
import type { Log } from '../log.ts'
import { auditIndexKey } from './audit.ts'
import { type Appended, appendKeys, appendLua, headOf, linkAfter, newestHash, readHead } from './audit-append.ts'
import type { Connection } from './connection.ts'
import { type OpenStates, openRequestsKey, openStateOf, openStatesIn, openStatesKey, readOpenStates } from './open-states.ts'
import { prefix } from './queues.ts'
import { type Replication, replicationOf } from './replication.ts'

export const unshownKey = `${prefix}:requests:unshown`
export const allRequestsKey = `${prefix}:requests:all`
const numberKey = `${prefix}:requests:number`
const issuedKey = `${prefix}:requests:issued`

export function requestKey(id: string): string {
  return `${prefix}:request:${id}`
}

/**
 * Replaces a request, if the stored text is still the expected one and the audit still ends with the expected hash. In the same step it appends the audit
 * entry, updates the indexes, and notes that chat does not show this version yet. An empty `expected` means that nothing may be stored there. Returns what
 * `appendLink` does when it wrote, else 0.
 */
const compareAndSet = `${appendLua}
local request, open, states, unshown, all, ofPerson = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local auditIndex, log, former, appended, archived = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local expected, replacement, id, openState, version, number = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local expectedHash, link = ARGV[7], ARGV[8]
local stored = redis.call('GET', request)
if (stored or '') ~= expected then return 0 end
if newestHash(log, former) ~= expectedHash then return 0 end
local written = appendLink(log, former, appended, archived, link)
redis.call('RPUSH', auditIndex, written[1])
redis.call('SET', request, replacement)
redis.call('HSET', unshown, id, version)
if not stored then
  redis.call('ZADD', all, number, id)
  redis.call('ZADD', ofPerson, number, id)
end
if openState == '' then
  redis.call('SREM', open, id)
  redis.call('HDEL', states, id)
else
  redis.call('SADD', open, id)
  redis.call('HSET', states, id, openState)
end
return written
`

/**
 * The next number. A server that is not the one that gave out the last may have less: a failover loses the newest numbers, and restored data more. It leaves
 * out ten, and one for each minute since the last that it knows, which is more than people ask for: a number that was given out is never another request's.
 */
const nextNumber = `
local number, issued = KEYS[1], KEYS[2]
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local last = redis.call('HMGET', issued, 'server', 'at')
local now = tonumber(redis.call('TIME')[1])
local left = 0
if last[1] and last[1] ~= server then left = 10 + math.max(0, math.ceil((now - tonumber(last[2])) / 60)) end
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

/** What is not finished, or waits for a review, by its states. */
export async function openStates(redis: Connection): Promise<OpenStates> {
  return (await readOpenStates(redis)) ?? openStatesIn((await readOpen(redis)).map(openStateOf))
}

async function readOpen(redis: Connection): Promise<readonly Request[]> {
  const ids = await redis.smembers(openRequestsKey)
  const texts = ids.length === 0 ? [] : await redis.mget(ids.map(requestKey))
  return texts.flatMap((text) => (text === null ? [] : [parseRequest(text)]))
}

interface LedgerOptions {
  /** Of the same connection. */
  readonly replication?: Pick<Replication, 'untilReplicated'>
  readonly log?: Pick<Log, 'warn'>
  /** Told of every audit entry that this process has written. */
  readonly appended?: Appended
  /** Told of each change of a request that was written, with the request before it. */
  changed?(before: Request, after: Request): void
}

export function redisLedger(
  redis: Connection,
  { log, appended = () => undefined, changed, replication = replicationOf(redis) }: LedgerOptions = {},
): Ledger {
  const replace = async (
    expected: string,
    next: Request,
    event: RequestEvent | { readonly type: 'created' },
    expectedHash: string,
  ): Promise<boolean> => {
    const { hash, link } = linkAfter(expectedHash, entryOf(next, event, new Date().toISOString()))
    const indexKeys = [openRequestsKey, openStatesKey, unshownKey, allRequestsKey, personKey(next.asked.by.key)]
    const keys = [requestKey(next.id), ...indexKeys, auditIndexKey(next.id), ...appendKeys]
    const version = randomUUID()
    const values = [expected, JSON.stringify(next), next.id, openStateOf(next), version, numberOf(next.id), expectedHash, link]
    /** Whether it arrived although its answer did not. */
    const isWritten = async () => {
      const written = (await redis.hget(unshownKey, next.id)) === version
      if (written) appended(await readHead(redis))
      return written
    }
    try {
      const head = headOf(hash, await redis.eval(compareAndSet, keys.length, ...keys, ...values))
      if (head !== undefined) {
        appended(head)
        return true
      }
    } catch (error) {
      // The answer was late or got lost, perhaps after the write.
      if (await isWritten()) return true
      throw error
    }
    // Where the connection broke after the write, ioredis has sent it again, and the second one found the first.
    return await isWritten()
  }
  /**
   * Waits until what a person asked for or decided survives a failover. Where not every replica has it in time, it stands all the same. Returns whether it
   * is still there: a failover may have lost it meanwhile.
   */
  const survives = async (id: string, isThere: () => Promise<boolean>): Promise<boolean> => {
    const kept = await replication.untilReplicated()
    if (kept === 'replicated' || kept === 'none') return true
    if (kept === 'late')
      log?.warn(
        { request: id },
        'not every replica of Redis has what a person asked for or decided: a failover now could lose it',
      )
    const isKept = await isThere().catch(() => true)
    return isKept && kept === 'moved' ? await survives(id, isThere) : isKept
  }
  const open = () => readOpen(redis)
  return {
    async nextId() {
      return `PL-${await redis.eval(nextNumber, 2, numberKey, issuedKey)}`
    },
    async create(request, isSame = () => false) {
      for (;;) {
        // Read before the look: a request that is made after the look moves the head, and then this one is not stored.
        const newest = await newestHash(redis)
        const same = (await open()).find((each) => isSame(each))
        if (same !== undefined) return same
        const isThere = async () => (await redis.exists(requestKey(request.id))) === 1
        if (await replace('', request, { type: 'created' }, newest)) {
          if (await survives(request.id, isThere)) return request
        } else if (await isThere()) throw new Error(`There is a request ${request.id} already.`)
      }
    },
    async get(id) {
      const text = await redis.get(requestKey(id))
      return text === null ? undefined : parseRequest(text)
    },
    async record(id: string, event: RequestEvent) {
      for (;;) {
        const [newest, text] = await Promise.all([newestHash(redis), redis.get(requestKey(id))])
        if (text === null) throw new UnknownRequest(id)
        const before = parseRequest(text)
        const after = transition(before, event)
        if (after === before) return { request: before, changed: false }
        if (!(await replace(text, after, event, newest))) continue
        const isThere = async () => ![text, null].includes(await redis.get(requestKey(id)))
        if ('by' in event && !(await survives(id, isThere))) continue
        changed?.(before, after)
        return { request: after, changed: true }
      }
    },
    async newest(limit, person) {
      const ids = await redis.zrange(person === undefined ? allRequestsKey : personKey(person), '0', String(limit - 1), 'REV')
      const texts = ids.length === 0 ? [] : await redis.mget(ids.map(requestKey))
      return texts.flatMap((text) => (text === null ? [] : [parseRequest(text)]))
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

/** The key of a person's requests, by the number in their ids. */
export function personKey(person: string): string {
  return `${prefix}:requests:by:${person}`
}

/** All keys of requests, as patterns. */
export const ledgerKeys = { request: requestKey('*'), requests: `${prefix}:requests:*` }

/** `PL-42` → 42. Requests are listed in the order of these numbers. */
export function numberOf(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0)
}

/** The text is not validated: only this folder writes these keys. */
export function parseRequest(text: string): Request {
  return JSON.parse(text)
}
