import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { AuditEntry, ChainHead, StoredLink } from '../domain/audit.ts'

/**
 * An archive is JSON lines: the first names the entry after which it begins, each other one holds an entry as it was stored:
 * `{"archive":1,"after":{"hash":"…","count":0}}`, then `{"id":"…","hash":"…","entry":"{\"at\":…}"}`.
 */

const beginning = z.object({
  archive: z.literal(1),
  after: z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), count: z.int().min(0) }),
})
const line = z.object({ id: z.string(), hash: z.string(), entry: z.string() })

export interface ArchiveFile {
  readonly path: string
  /** The entry before its first one. */
  readonly after: ChainHead
}

/** Throws when the file cannot be read or is no archive. */
export async function openArchive(path: string): Promise<ArchiveFile> {
  for await (const text of linesOf(path)) {
    const { success, data } = beginning.safeParse(parsed(text))
    if (success) return { path, after: data.after }
    break
  }
  throw new Error(`${path} is no archive of the audit.`)
}

/** What the file holds, oldest first. A line that cannot be read gives an entry that follows from nothing. */
export async function* linksIn({ path }: ArchiveFile): AsyncIterable<StoredLink> {
  let isFirst = true
  for await (const text of linesOf(path)) {
    if (!isFirst) yield linkOf(text)
    isFirst = false
  }
}

function linkOf(text: string): StoredLink {
  const { success, data } = line.safeParse(parsed(text))
  const stored = success ? data : { id: 'unreadable', hash: '', entry: '' }
  return { id: stored.id, hash: stored.hash, text: stored.entry, entry: entryOf(stored.entry), isBare: true }
}

function entryOf(text: string): AuditEntry {
  const unreadable = { at: '', request: '', event: 'unreadable', state: '' }
  return { ...unreadable, ...(parsed(text) as Partial<AuditEntry> | undefined) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

/** Writes a new file and waits until the disk has it, and its name. Throws when there is a file of that name. */
export async function writeArchive(path: string, after: ChainHead, links: AsyncIterable<StoredLink>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.appendFile(`${JSON.stringify({ archive: 1, after })}\n`)
    for await (const { id, hash, text } of links) await file.appendFile(`${JSON.stringify({ id, hash, entry: text })}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
