import type { AuditEntry, StoredLink } from '../domain/audit.ts'
import { genesis } from '../domain/audit.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** The key of the append-only stream of all entries. */
export const auditKey = `${prefix}:audit:entries`
/** The key of the newest hash and the number of entries: `<hash> <count>`. */
export const auditHeadKey = `${prefix}:audit:head`

/** The key of the list of one request's entry ids, oldest first. */
export function auditIndexKey(request: string): string {
  return `${prefix}:audit:of:${request}`
}

/** How many entries one read of the stream returns at most. */
const pieceSize = 1_000

export interface Audit {
  /** The newest hash, and how many entries there are. */
  head(): Promise<{ readonly hash: string; readonly count: number }>
  /** All entries, oldest first; with `after`, only those that follow the entry with that id. */
  all(after?: string): AsyncIterable<StoredLink>
  /** The entries of one request, oldest first. */
  of(request: string): Promise<readonly AuditEntry[]>
  /** The ids of one request's entries as the index lists them, oldest first. An audit compares them with the stream. */
  indexOf(request: string): Promise<readonly string[]>
}

export function redisAudit(redis: Connection): Audit {
  return {
    async head() {
      return parseHead(await redis.get(auditHeadKey))
    },
    async *all(after) {
      for (let from = after === undefined ? '-' : `(${after}`; ; ) {
        const piece = await redis.xrange(auditKey, from, '+', 'COUNT', pieceSize)
        for (const [id, fields] of piece) yield linkOf(id, fields)
        const last = piece.at(-1)
        if (last === undefined || piece.length < pieceSize) return
        from = `(${last[0]}`
      }
    },
    async of(request) {
      const ids = await redis.lrange(auditIndexKey(request), 0, -1)
      const found = await Promise.all(ids.map((id) => redis.xrange(auditKey, id, id)))
      const entries = found.flat().map(([id, fields]) => linkOf(id, fields).entry)
      return entries.filter((entry) => entry.request === request)
    },
    indexOf: (request) => redis.lrange(auditIndexKey(request), 0, -1),
  }
}

/** Parses `<hash> <count>`; without a text, the first hash and 0. */
export function parseHead(text: string | null): { hash: string; count: number } {
  const [hash = genesis, count = '0'] = (text ?? '').split(' ').filter((part) => part !== '')
  return { hash, count: Number(count) }
}

function linkOf(id: string, fields: readonly string[]): StoredLink {
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
