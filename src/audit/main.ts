import { parseArgs } from 'node:util'
import ms from 'ms'
import { auditConfig, ConfigError } from '../config.ts'
import { ChainCheck } from '../domain/audit.ts'
import { type Audit, redisAudit } from '../redis/audit.ts'
import { connect } from '../redis/connection.ts'
import { csvHeader, csvLine } from './csv.ts'

/**
 * `npm run audit -- verify`: exit status 0 when every entry follows from the one before, 1 when one does not, and where, 2 when it could not be checked.
 * `npm run audit -- export --format jsonl|csv [--since MOMENT|AGE]`: the entries, on standard output.
 */

const usage = `Usage:
  npm run audit -- verify
  npm run audit -- export --format jsonl|csv [--since 2026-03-01T00:00:00Z|24h]
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
  const { command, format, since } = asked
  const redis = connect(auditConfig().redisUrl, { patient: false })
  redis.on('error', () => undefined)
  try {
    const audit = redisAudit(redis)
    return command === 'verify' ? await verify(audit) : await print(audit, format, since)
  } finally {
    redis.disconnect()
  }
}

/** What the command line asks for; nothing when it is not understood. */
function readArguments(): { readonly command: string; readonly format: string; readonly since: string } | undefined {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { format: { type: 'string', default: 'jsonl' }, since: { type: 'string' } },
    })
    const [command, ...more] = positionals
    const since = values.since === undefined ? '' : momentOf(values.since)
    const known = (command === 'verify' || command === 'export') && more.length === 0
    if (!known || since === undefined || !['jsonl', 'csv'].includes(values.format)) return undefined
    return { command, format: values.format, since }
  } catch {
    return undefined
  }
}

/** Entries may be appended while it reads: then it reads on, a few times. */
async function verify(audit: Audit): Promise<number> {
  const check = new ChainCheck()
  let last: string | undefined
  let head = await audit.head()
  for (let round = 0; round < 5 && (round === 0 || head.count > check.count); round++) {
    for await (const link of audit.all(last)) {
      check.add(link)
      last = link.id
    }
    head = await audit.head()
  }
  const { hash, count } = head
  const broken = check.end(hash, count)
  if (broken === undefined) {
    process.stdout.write(`${count} entries, each follows from the one before. The newest hash is ${hash}.\n`)
    return 0
  }
  process.stdout.write(`Broken at entry ${broken.position} (${broken.id}): it ${broken.problem}.\n`)
  return 1
}

async function print(audit: Audit, format: string, since: string): Promise<number> {
  if (format === 'csv') process.stdout.write(csvHeader)
  for await (const { entry, hash } of audit.all()) {
    if (entry.at < since) continue
    process.stdout.write(format === 'csv' ? csvLine(entry, hash) : `${JSON.stringify({ ...entry, hash })}\n`)
  }
  return 0
}

/** A moment, or an age such as `24h`, as ISO 8601. */
function momentOf(text: string): string | undefined {
  const age = ms(text as ms.StringValue)
  const moment = Number.isFinite(age) && age > 0 ? Date.now() - age : Date.parse(text)
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString()
}
