import { type AuditEntry, type ChainHead, genesis, type StoredLink } from '../domain/audit.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/**
 * The audit is a list, because who may append to a list with RPUSH can do nothing else to it: RPUSH has no option that removes something.
 *
 *   log        list    `<hash> <entry>`, the oldest first
 *   appended   number  how many entries were ever appended to the list; those who append may only raise it by one
 *   archived   text    `<hash> <count> <of the list>`: the newest entry that was cut, and how many were; only the archive command writes it
 *   former     stream  the entries of earlier versions, which precede those of the list
 *   formerHead text    `<hash> <count>`: what the earlier versions noted of the stream's end
 */
export const auditKeys = {
  log: `${prefix}:audit:log`,
  appended: `${prefix}:audit:appended`,
  archived: `${prefix}:audit:archived`,
  former: `${prefix}:audit:entries`,
  formerHead: `${prefix}:audit:head`,
} as const

/** The key of the list of one request's entry ids, oldest first: numbers of `appended`, and ids of the former stream. */
export function auditIndexKey(request: string): string {
  return `${prefix}:audit:of:${request}`
}

/** How many entries one read returns at most. */
const pieceSize = 1_000

/** What was cut from the beginning, after it was archived. */
export interface Cut extends ChainHead {
  /** How many of them were on the list; the others were in the stream of earlier versions. */
  readonly ofLog: number
}

export interface Audit {
  cut(): Promise<Cut>
  /** How many entries were ever appended, those that were cut included. */
  count(): Promise<number>
  /** Entries of the store after the one at position `after`, oldest first. `cut` says at which position the store begins. */
  links(cut: Cut, after: number): AsyncIterable<StoredLink>
  /** What earlier versions noted about their newest entry; undefined where there was none. */
  formerHead(): Promise<ChainHead | undefined>
  /** The entries of one request that are not archived, oldest first. */
  of(request: string): Promise<readonly AuditEntry[]>
  /** The ids of one request's entries as the index lists them, oldest first. An audit compares them with the entries. */
  indexOf(request: string): Promise<readonly string[]>
}

export function redisAudit(redis: Connection): Audit {
  const cut = async () => parseCut(await redis.get(auditKeys.archived))
  const formerLength = async () => await redis.xlen(auditKeys.former)
  return {
    cut,
    async count() {
      const [{ count, ofLog }, former, appended] = await Promise.all([cut(), formerLength(), redis.get(auditKeys.appended)])
      return count - ofLog + former + Number(appended ?? '0')
    },
    async *links({ count, ofLog }, after) {
      let skip = after - count
      for await (const link of formerLinks(redis)) if (skip-- <= 0) yield link
      const former = await formerLength()
      for (let from = Math.max(0, after - count - former); ; from += pieceSize) {
        const piece = await redis.lrange(auditKeys.log, from, from + pieceSize - 1)
        for (const [index, text] of piece.entries()) yield linkOf(String(ofLog + from + index + 1), text)
        if (piece.length < pieceSize) return
      }
    },
    async formerHead() {
      const [hash, count] = (await redis.get(auditKeys.formerHead))?.split(' ') ?? []
      return hash === undefined ? undefined : { hash, count: Number(count) }
    },
    async of(request) {
      for (;;) {
        const ids = await redis.lrange(auditIndexKey(request), 0, -1)
        const before = await cut()
        const found = await Promise.all(ids.map((id) => entryAt(redis, id, before)))
        // While entries are cut, the numbers of the list move.
        if ((await cut()).count !== before.count) continue
        return found.filter((entry) => entry?.request === request).filter((entry) => entry !== undefined)
      }
    },
    indexOf: (request) => redis.lrange(auditIndexKey(request), 0, -1),
  }
}

/** Undefined for an id that is none: whoever may append to an index may append anything. */
async function entryAt(redis: Connection, id: string, { ofLog }: Cut): Promise<AuditEntry | undefined> {
  if (/^\d{1,15}$/.test(id)) {
    const index = Number(id) - ofLog - 1
    const text = index < 0 ? null : await redis.lindex(auditKeys.log, index)
    return text === null ? undefined : linkOf(id, text).entry
  }
  const [found] = /^\d{1,15}-\d{1,15}$/.test(id) ? await redis.xrange(auditKeys.former, id, id) : []
  return found === undefined ? undefined : formerLinkOf(...found).entry
}

async function* formerLinks(redis: Connection): AsyncIterable<StoredLink> {
  for (let from = '-'; ; ) {
    const piece = await redis.xrange(auditKeys.former, from, '+', 'COUNT', pieceSize)
    for (const [id, fields] of piece) yield formerLinkOf(id, fields)
    const last = piece.at(-1)
    if (last === undefined || piece.length < pieceSize) return
    from = `(${last[0]}`
  }
}

/** Parses `<hash> <count> <of the list>`; without a text, nothing was cut. */
export function parseCut(text: string | null): Cut {
  const [hash = genesis, count = '0', ofLog = '0'] = (text ?? '').split(' ').filter((part) => part !== '')
  return { hash, count: Number(count), ofLog: Number(ofLog) }
}

/** An element of the list, from `<hash> <entry>`. */
function linkOf(id: string, stored: string): StoredLink {
  const text = stored.slice(genesis.length + 1)
  return { id, text, hash: stored.slice(0, genesis.length), entry: parseEntry(text), isBare: stored[genesis.length] === ' ' }
}

function formerLinkOf(id: string, fields: readonly string[]): StoredLink {
  const value = (name: string): string => fields[fields.indexOf(name) + 1] ?? ''
  const text = value('entry')
  const isBare = fields.length === 4 && fields[0] === 'entry' && fields[2] === 'hash'
  return { id, text, hash: value('hash'), entry: parseEntry(text), isBare }
}

/** Text that is not JSON gives an entry named `unreadable`, so that the entries after it can still be read. */
function parseEntry(text: string): AuditEntry {
  try {
    return JSON.parse(text)
  } catch {
    return { at: '', request: '', event: 'unreadable', state: '' }
  }
}
