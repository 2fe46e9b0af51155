import { type AuditEntry, type ChainHead, genesis, hashOf } from '../domain/audit.ts'
import { auditIndexKey, auditKeys, parseCut, redisAudit } from './audit.ts'
import type { Connection } from './connection.ts'

/** Called with the newest head after each entry that this process has appended. */
export type Appended = (head: ChainHead) => void

/** The keys that `appendLink` takes, in its order. */
export const appendKeys = [auditKeys.log, auditKeys.former, auditKeys.appended, auditKeys.archived] as const

/**
 * Lua: `newestHash(log, former)` is the hash of the newest entry, or nil. `appendLink` appends one, and returns its number on the list, the length of the
 * former stream, and what was cut. Both for use in a larger script.
 */
export const appendLua = `
local function newestHash(log, former)
  local link = redis.call('LINDEX', log, -1)
  if link then return string.sub(link, 1, ${genesis.length}) end
  local last = redis.call('XREVRANGE', former, '+', '-', 'COUNT', 1)[1]
  for index, value in ipairs(last and last[2] or {}) do
    if value == 'hash' and index % 2 == 1 then return last[2][index + 1] end
  end
  return '${genesis}'
end
local function appendLink(log, former, appended, archived, link)
  local number = redis.call('INCR', appended)
  redis.call('RPUSH', log, link)
  return { number, redis.call('XLEN', former), redis.call('GET', archived) or '' }
end
`

const appendWhenNewest = `${appendLua}
local newest = newestHash(KEYS[1], KEYS[2])
if newest ~= ARGV[1] then return newest end
local written = appendLink(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[2])
if KEYS[5] then redis.call('RPUSH', KEYS[5], written[1]) end
return written
`

/** The hash of the newest entry. */
export async function newestHash(redis: Connection): Promise<string> {
  const link = await redis.lindex(auditKeys.log, -1)
  if (link !== null) return link.slice(0, genesis.length)
  const [last] = await redis.xrevrange(auditKeys.former, '+', '-', 'COUNT', 1)
  const fields = last?.[1] ?? []
  return fields[fields.indexOf('hash') + 1] ?? genesis
}

/** What the list stores of an entry, and its hash. */
export function linkAfter(previous: string, entry: AuditEntry): { readonly hash: string; readonly link: string } {
  const text = JSON.stringify(entry)
  const hash = hashOf(previous, text)
  return { hash, link: `${hash} ${text}` }
}

/** The head that `appendLink` has reported; undefined for another answer. */
export function headOf(hash: string, answer: unknown): ChainHead | undefined {
  if (!Array.isArray(answer)) return undefined
  const [number, former, archived] = answer
  const cut = parseCut(String(archived))
  return { hash, count: cut.count - cut.ofLog + Number(former) + Number(number) }
}

/** Reads the head from the store; for an entry whose answer was lost. */
export async function readHead(redis: Connection): Promise<ChainHead> {
  const [hash, count] = await Promise.all([newestHash(redis), redisAudit(redis).count()])
  return { hash, count }
}

export interface AuditWriter {
  /** Appends an entry that is about no change of a request. One round trip, unless somebody else has appended since this process last did. */
  append(entry: AuditEntry): Promise<void>
}

export function redisAuditWriter(redis: Connection, appended: Appended): AuditWriter {
  let newest: string = genesis
  return {
    async append(entry) {
      for (;;) {
        const { hash, link } = linkAfter(newest, entry)
        const keys = [...appendKeys, ...(entry.request === '' ? [] : [auditIndexKey(entry.request)])]
        const answer = await redis.eval(appendWhenNewest, keys.length, ...keys, newest, link).catch(async (error: unknown) => {
          // The answer was late or got lost, perhaps after the write.
          if ((await newestHash(redis)) === hash) return hash
          throw error
        })
        // Where the connection broke after the write, ioredis has sent it again, and the second one found the first.
        const head = answer === hash ? await readHead(redis) : headOf(hash, answer)
        newest = head?.hash ?? String(answer)
        if (head !== undefined) return appended(head)
      }
    },
  }
}
