import { parseArgs } from 'node:util'
import packageFile from '../../package.json' with { type: 'json' }
import type { Checkup } from '../domain/checkup.ts'
import { createLog, masking } from '../log.ts'
import { connect } from '../redis/connection.ts'
import { signedIn } from '../redis-sign-in.ts'
import { clockCheckup } from './clock.ts'
import { partsOf } from './parts.ts'
import { redisCheckup } from './redis.ts'
import { cleaned, reportText } from './report-text.ts'
import { type GroupReport, runCheckups } from './run-checkups.ts'

/**
 * `npm run doctor` checks configuration, credentials and permissions of the processes whose variables are in its environment. It changes nothing anywhere.
 * Exit status 0: no fault was found, though there may be warnings. 1: a fault was found. 2: the checks could not run.
 */

const usage = 'Usage: npm run doctor -- [--json]\n'
const [well, faulty, notRun] = [0, 1, 2]

const status = await run().catch((error: unknown) => {
  const kind = error instanceof Error ? error.name : typeof error
  return refuse(`The doctor ended in an error that it does not know (${kind}): report it as a fault of the bot.\n`)
})
// Exits at once: what hangs would keep the process alive.
process.stdout.write('', () => process.exit(status))

async function run(): Promise<number> {
  const asked = readArguments()
  if (asked === undefined) return refuse(usage)
  const parts = partsOf()
  if (parts.here.length === 0)
    return refuse(
      'Nothing to check: no variable of the bot, of jobs or of diagnostics is set here. Run the doctor in the environment of a process: docs/install.md lists the variables.\n',
    )
  const log = createLog('doctor')
  log.level = 'silent'
  await using signedInUntilTheEnd = new AsyncDisposableStack()
  const redis =
    parts.redisUrl === undefined
      ? undefined
      : connect(await signedIn(parts.redisUrl, log, signedInUntilTheEnd), { patient: false })
  redis?.on('error', () => undefined)
  const opened = redis === undefined ? [] : await parts.open(redis, log)
  const checkups: readonly Checkup[] = [
    { group: 'configuration', name: 'the configuration', run: async () => parts.configuration },
    ...(redis === undefined ? [] : [redisCheckup(redis, parts.here, parts.network)]),
    ...opened.flatMap((part) => part.checkups),
    clockCheckup(
      redis,
      opened.flatMap(({ clocks }) => clocks),
    ),
  ]
  const groups = await runCheckups(checkups)
  process.stdout.write(masking(parts.secrets)(asked.json ? asJson(groups) : reportText(groups, { colour: process.stdout.isTTY })))
  return groups.some(({ results }) => results.some(({ level }) => level === 'fail')) ? faulty : well
}

function readArguments(): { readonly json: boolean } | undefined {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
    return values
  } catch {
    return undefined
  }
}

/** One object: everything that was looked at, and apart what is wrong. */
function asJson(groups: readonly GroupReport[]): string {
  const results = groups.flatMap((report) => report.results.map((result) => ({ group: report.group, ...cleaned(result) })))
  const findings = results.filter(({ level }) => level === 'fail' || level === 'warn')
  const isWell = !findings.some(({ level }) => level === 'fail')
  return `${JSON.stringify({ version: packageFile.version, ok: isWell, findings, results })}\n`
}

function refuse(words: string): number {
  process.stderr.write(words)
  return notRun
}
