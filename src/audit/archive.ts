import type { StoredLink } from '../domain/audit.ts'
import { type Audit, type Cut, redisAudit } from '../redis/audit.ts'
import { cutArchived } from '../redis/audit-cut.ts'
import type { Connection } from '../redis/connection.ts'
import { linksIn, openArchive, writeArchive } from './archive-file.ts'
import { verify } from './verify.ts'

/**
 * Writes the entries before a moment to a file, and cuts them from the store once the disk has them. The newest entry always stays. Nothing is cut from an
 * audit that does not verify. Returns the exit status: 0 when it is done, 1 when the audit is not whole. Throws when the file cannot be written.
 */
export async function archive(redis: Connection, path: string, before: string, say: (line: string) => void): Promise<0 | 1> {
  const audit = redisAudit(redis)
  const cut = await audit.cut()
  const { problem } = await verify(audit, { against: [], archives: [] })
  if (problem !== undefined) {
    say(`${problem}. Nothing was archived.`)
    return 1
  }
  const after = { hash: cut.hash, count: cut.count }
  let count = 0
  for await (const _ of older(audit, cut, before)) count += 1
  if (count === 0) {
    say(`No entry is older than ${before}, beside the newest, which stays. Nothing was archived.`)
    return 0
  }
  await writeArchive(path, after, older(audit, cut, before))
  // Read back: what is cut is what the file holds.
  const written = linksIn(await openArchive(path))
  await cutArchived(redis, cut, written).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `${why}. ${path} is written, and what was not cut is in Redis as well. Run it again with another file, and keep both`,
    )
  })
  const total = await audit.count()
  say(`Entries ${cut.count + 1} to ${cut.count + count} are in ${path}; ${total - cut.count - count} stay in Redis.`)
  say(`Keep the file: verify --archive ${path} checks both as one chain.`)
  return 0
}

/** The oldest entries up to the first that is not older. Never the newest entry of all. */
async function* older(audit: Audit, cut: Cut, before: string): AsyncIterable<StoredLink> {
  let last: StoredLink | undefined
  for await (const link of audit.links(cut, cut.count)) {
    if (last !== undefined) yield last
    if (link.entry.at >= before) return
    last = link
  }
}
