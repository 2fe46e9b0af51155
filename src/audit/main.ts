import { parseArgs } from 'node:util'
import ms from 'ms'
import { ConfigError } from '../config/environment.ts'
import { auditConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { type Audit, redisAudit } from '../redis/audit.ts'
import { connect } from '../redis/connection.ts'
import { signedIn } from '../redis-sign-in.ts'
import { archive } from './archive.ts'
import { csvHeader, csvLine } from './csv.ts'
import { type Expected, verify } from './verify.ts'

/** `npm run audit`: see `usage`. Exit status 0: it is done, or the audit is whole. 1: the audit is not whole. 2: that could not be found out, or done. */

const usage = `Usage:
  npm run audit -- verify [--against FILE]… [--archive FILE]… [--expect HASH]
  npm run audit -- export --format jsonl|csv [--since 2026-03-01T00:00:00Z|24h]
  npm run audit -- archive --to FILE [--before 2026-03-01T00:00:00Z|365d]
`

const keepIt = `Nothing outside Redis was compared. With --against FILE (what AUDIT_FILE or the logs of bot and jobs have noted) or --expect HASH this command
notices too when the newest entries, or all, were removed and the stored number was set back.
`

/** What is archived where no \`--before\` is given. */
const usualAge = '365d'

process.exitCode = await run().catch((error: unknown) => {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${said(error)}\n`)
  return 2
})

async function run(): Promise<number> {
  const asked = readArguments()
  if (asked === undefined) {
    process.stderr.write(usage)
    return 2
  }
  await using opened = new AsyncDisposableStack()
  const redis = connect(await signedIn(auditConfig().redisUrl, createLog('audit'), opened), { patient: false })
  redis.on('error', () => undefined)
  try {
    const audit = redisAudit(redis)
    switch (asked.command) {
      case 'verify':
        return await printVerified(audit, asked.expected)
      case 'export':
        return await print(audit, asked.format, asked.since)
      case 'archive':
        return await archive(redis, asked.to, asked.before, (line) => process.stdout.write(`${line}\n`))
    }
  } finally {
    redis.disconnect()
  }
}

type Asked =
  | { readonly command: 'verify'; readonly expected: Expected }
  | { readonly command: 'export'; readonly format: string; readonly since: string }
  | { readonly command: 'archive'; readonly to: string; readonly before: string }

/** The parsed command line; undefined when it is not valid. */
function readArguments(): Asked | undefined {
  const [command = '', ...args] = process.argv.slice(2)
  try {
    switch (command) {
      case 'verify':
        return verifyArguments(args)
      case 'export': {
        const { format, since } = parseArgs({
          args,
          options: { format: { type: 'string', default: 'jsonl' }, since: { type: 'string' } },
        }).values
        const moment = since === undefined ? '' : momentOf(since)
        return moment === undefined || !['jsonl', 'csv'].includes(format) ? undefined : { command, format, since: moment }
      }
      case 'archive': {
        const { to, before } = parseArgs({
          args,
          options: { to: { type: 'string' }, before: { type: 'string', default: usualAge } },
        }).values
        const moment = momentOf(before)
        return to === undefined || to === '' || moment === undefined ? undefined : { command, to, before: moment }
      }
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

function verifyArguments(args: readonly string[]): Asked | undefined {
  const {
    expect,
    against,
    archive: archives,
  } = parseArgs({
    args: [...args],
    options: {
      expect: { type: 'string' },
      against: { type: 'string', multiple: true, default: [] },
      archive: { type: 'string', multiple: true, default: [] },
    },
  }).values
  if (expect !== undefined && !/^[0-9a-f]{64}$/.test(expect)) return undefined
  return { command: 'verify', expected: { against, archives, ...(expect !== undefined && { hash: expect }) } }
}

async function printVerified(audit: Audit, expected: Expected): Promise<number> {
  const { problem, head, start, unchecked } = await verify(audit, expected)
  const say = (line: string) => process.stdout.write(`${line}\n`)
  if (problem !== undefined) {
    say(`${problem}.`)
    return 1
  }
  say(`${head.count} entries, each follows from the one before. The newest hash is ${head.hash}.`)
  if (start.count > 0) say(`The first ${start.count} are archived, and were not checked: name their files with --archive FILE.`)
  if (unchecked > 0) say(`${unchecked} of the kept heads name one of those, and were not compared.`)
  if (expected.hash === undefined && expected.against.length === 0) process.stdout.write(keepIt)
  return 0
}

async function print(audit: Audit, format: string, since: string): Promise<number> {
  // Who reads it may have seen enough, as `head` has.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 2))
  if (format === 'csv') process.stdout.write(csvHeader)
  const cut = await audit.cut()
  for await (const { entry, hash } of audit.links(cut, cut.count)) {
    if (entry.at < since) continue
    process.stdout.write(format === 'csv' ? csvLine(entry, hash) : `${JSON.stringify({ ...entry, hash })}\n`)
  }
  return 0
}

/** In words; a Redis user without the right is told which one has it. */
function said(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (message.includes('NOPERM'))
    return `This user of Redis may not do it: verify and export need the user auditor of redis-users.acl, archive needs archivist. ${message}.`
  return `It could not be done: ${message}.`
}

/** The ISO 8601 text of a time, or of an age such as `24h` before now; undefined when it is neither. */
function momentOf(text: string): string | undefined {
  const age = ms(text as ms.StringValue)
  const moment = Number.isFinite(age) && age > 0 ? Date.now() - age : Date.parse(text)
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString()
}
