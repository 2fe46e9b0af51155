import { parseArgs } from 'node:util'
import ms from 'ms'
import { ConfigError } from '../config/environment.ts'
import { auditConfig } from '../config.ts'
import { ChainCheck } from '../domain/audit.ts'
import { type Audit, redisAudit } from '../redis/audit.ts'
import { connect } from '../redis/connection.ts'
import { csvHeader, csvLine } from './csv.ts'

/**
 * `npm run audit -- verify [--expect HASH]` checks the chain of entries. Exit status 0: every entry follows from the one before. 1: an entry does not, and
 * its place is printed. 2: the chain could not be checked. `--expect` takes the newest hash of an earlier run.
 * `npm run audit -- export --format jsonl|csv [--since MOMENT|AGE]` prints the entries on standard output.
 */

const usage = `Usage:
  npm run audit -- verify [--expect HASH]
  npm run audit -- export --format jsonl|csv [--since 2026-03-01T00:00:00Z|24h]
`

const keepIt = `Keep that hash elsewhere, and pass it to the next run as --expect HASH. Without it, this command does not notice when the newest entries, or
all, were removed and the stored newest hash was set back.
`

process.exitCode = await run().catch((error: unknown) => {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `The audit could not be read: ${String(error)}\n`)
  return 2
})

async function run(): Promise<number> {
  const asked = readArguments()
  if (asked === undefined) {
    process.stderr.write(usage)
    return 2
  }
  const { command, format, since, expect } = asked
  const redis = connect(auditConfig().redisUrl, { patient: false })
  redis.on('error', () => undefined)
  try {
    const audit = redisAudit(redis)
    return command === 'verify' ? await verify(audit, expect) : await print(audit, format, since)
  } finally {
    redis.disconnect()
  }
}

interface Asked {
  readonly command: string
  readonly format: string
  readonly since: string
  readonly expect?: string
}

/** The parsed command line; undefined when it is not valid. */
function readArguments(): Asked | undefined {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { format: { type: 'string', default: 'jsonl' }, since: { type: 'string' }, expect: { type: 'string' } },
    })
    const [command, ...more] = positionals
    const since = values.since === undefined ? '' : momentOf(values.since)
    const known = (command === 'verify' || command === 'export') && more.length === 0
    const { format, expect } = values
    if (!known || since === undefined || !['jsonl', 'csv'].includes(format)) return undefined
    if (expect === undefined) return { command, format, since }
    return command === 'verify' && /^[0-9a-f]{64}$/.test(expect) ? { command, format, since, expect } : undefined
  } catch {
    return undefined
  }
}

/** Checks the whole chain. Entries that are appended meanwhile are read too, in up to five rounds. */
async function verify(audit: Audit, expect?: string): Promise<number> {
  const check = new ChainCheck(expect)
  const idsOf = new Map<string, string[]>()
  let last: string | undefined
  let head = await audit.head()
  for (let round = 0; round < 5 && (round === 0 || head.count > check.count); round++) {
    for await (const link of audit.all(last)) {
      check.add(link)
      last = link.id
      const ids = idsOf.get(link.entry.request) ?? []
      ids.push(link.id)
      idsOf.set(link.entry.request, ids)
    }
    head = await audit.head()
  }
  const { hash, count } = head
  const broken = check.end(hash, count)
  if (broken !== undefined) {
    process.stdout.write(`Broken at entry ${broken.position} (${broken.id}): it ${broken.problem}.\n`)
    return 1
  }
  for (const [request, ids] of idsOf) {
    if (await isIndexed(audit, request, ids)) continue
    process.stdout.write(`The entries follow from each other, but the history of ${request} does not list its own.\n`)
    return 1
  }
  process.stdout.write(`${count} entries, each follows from the one before. The newest hash is ${hash}.\n`)
  if (expect === undefined) process.stdout.write(keepIt)
  return 0
}

/** Whether the request's index begins with these entry ids. It may list more, of entries that were appended meanwhile. */
async function isIndexed(audit: Audit, request: string, ids: readonly string[]): Promise<boolean> {
  const listed = await audit.indexOf(request)
  return ids.every((id, position) => listed[position] === id)
}

async function print(audit: Audit, format: string, since: string): Promise<number> {
  if (format === 'csv') process.stdout.write(csvHeader)
  for await (const { entry, hash } of audit.all()) {
    if (entry.at < since) continue
    process.stdout.write(format === 'csv' ? csvLine(entry, hash) : `${JSON.stringify({ ...entry, hash })}\n`)
  }
  return 0
}

/** The ISO 8601 text of a time, or of an age such as `24h` before now; undefined when it is neither. */
function momentOf(text: string): string | undefined {
  const age = ms(text as ms.StringValue)
  const moment = Number.isFinite(age) && age > 0 ? Date.now() - age : Date.parse(text)
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString()
}
