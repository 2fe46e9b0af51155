import { type Break, ChainCheck, type ChainHead, type StoredLink } from '../domain/audit.ts'
import type { Audit } from '../redis/audit.ts'
import { type ArchiveFile, linksIn, openArchive } from './archive-file.ts'
import { keptHeadsIn } from './kept-heads.ts'

export interface Expected {
  /** A hash that was once the newest. */
  readonly hash?: string
  /** Paths of files with heads that the writers have noted elsewhere. */
  readonly against: readonly string[]
  /** Paths of archives. */
  readonly archives: readonly string[]
}

export interface Verified {
  /** Why the audit is not whole, in a sentence. */
  readonly problem?: string
  readonly head: ChainHead
  /** After which entry the check began. */
  readonly start: ChainHead
  /** How many kept heads name an entry before that. */
  readonly unchecked: number
}

/** Checks the archives and what the store holds as one chain. Throws when a file cannot be read. */
export async function verify(audit: Audit, { hash, against, archives }: Expected): Promise<Verified> {
  const kept = await keptHeadsIn(against)
  const files = (await Promise.all(archives.map(openArchive))).toSorted((one, other) => one.after.count - other.after.count)
  for (;;) {
    const cut = await audit.cut()
    const [first] = files
    // Where an archive begins after what was cut, it has nothing to do with what precedes the store.
    const start = first === undefined || first.after.count > cut.count ? startOf(cut) : startOf(first.after)
    const former = await audit.formerHead()
    const known = [...kept, cut, ...files.map(({ after }) => after), ...(former === undefined ? [] : [former])]
    const check = new ChainCheck({
      start,
      ...(hash !== undefined && { expected: hash }),
      kept: known.filter(({ count }) => count > 0),
    })
    const gap = (await gapIn(files, check)) ?? (check.head.count < cut.count ? gapText(check.head.count, cut.count) : undefined)
    const indexed = new Map<string, string[]>()
    if (gap === undefined) await checkStore(audit, cut, check, indexed)
    const broken = gap === undefined ? check.end(await audit.count()) : undefined
    // The archive command has cut something meanwhile, so that the rest was read at two moments.
    if ((await audit.cut()).count !== cut.count) continue
    const problem = gap ?? (broken === undefined ? await indexProblem(audit, indexed) : breakText(broken))
    const unchecked = kept.filter(({ count }) => count < start.count).length
    return { ...(problem !== undefined && { problem }), head: check.head, start, unchecked }
  }
}

function startOf({ hash, count }: ChainHead): ChainHead {
  return { hash, count }
}

/** Checks the archives. Returns what is missing between two of them. */
async function gapIn(files: readonly ArchiveFile[], check: ChainCheck): Promise<string | undefined> {
  for (const file of files) {
    let position = file.after.count
    if (position > check.head.count) return gapText(check.head.count, position)
    for await (const link of linksIn(file)) {
      position += 1
      if (position > check.head.count) check.add(link)
      else if (position === check.head.count && link.hash !== check.head.hash)
        return `${file.path} holds another entry ${position} than the archive before it`
    }
  }
  return undefined
}

function gapText(from: number, to: number): string {
  return `Entries ${from + 1} to ${to} were archived, and are in none of the files: name every archive with --archive`
}

/** Checks what the store holds. Entries that are appended meanwhile are read too, in up to five rounds. */
async function checkStore(
  audit: Audit,
  cut: Awaited<ReturnType<Audit['cut']>>,
  check: ChainCheck,
  indexed: Map<string, string[]>,
): Promise<void> {
  const add = ({ id, entry }: StoredLink): void => {
    if (entry.request === '') return
    const ids = indexed.get(entry.request) ?? []
    ids.push(id)
    indexed.set(entry.request, ids)
  }
  // The store's index begins with what was cut, also where an archive holds more than that.
  let position = cut.count
  for (let round = 0; round < 5 && (round === 0 || (await audit.count()) > position); round++) {
    for await (const link of audit.links(cut, position)) {
      position += 1
      add(link)
      if (position > check.head.count) check.add(link)
    }
  }
}

function breakText({ position, id, problem }: Break): string {
  const where = /^\d+$/.test(id) ? '' : ` (${id})`
  return `Broken at entry ${position}${where}: it ${problem}`
}

/** An index may list more than these ids, of entries that were appended meanwhile. */
async function indexProblem(audit: Audit, indexed: ReadonlyMap<string, readonly string[]>): Promise<string | undefined> {
  for (const [request, ids] of indexed) {
    const listed = await audit.indexOf(request)
    if (ids.some((id, position) => listed[position] !== id))
      return `The entries follow from each other, but the history of ${request} does not list its own`
  }
  return undefined
}
