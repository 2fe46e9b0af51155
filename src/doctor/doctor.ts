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

const usage = 'Usage: npm run doctor -- [--json]\n'
const [well, faulty, notRun] = [0, 1, 2]

export interface Told {
  readonly status: number
  readonly out: string
  readonly errors: string
}

/** What the command says with these arguments, in the environment of this process. */
export async function doctor(args: readonly string[], { colour }: { readonly colour: boolean }): Promise<Told> {
  try {
    return await examine(args, colour)
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error
    return refuse(`The doctor ended in an error that it does not know (${kind}): report it as a fault of the bot.\n`)
  }
}

async function examine(args: readonly string[], colour: boolean): Promise<Told> {
  const asked = readArguments(args)
  if (asked === undefined) return refuse(usage)
  const parts = partsOf()
  if (parts.here.length === 0)
    return refuse(
      'Nothing to check: no variable of the bot, of jobs or of diagnostics is set here. Run the doctor in the environment of a process: docs/install.md lists the variables.\n',
    )
  const log = createLog('doctor')
  log.level = 'silent'
  await using opened = new AsyncDisposableStack()
  const redis =
    parts.redisUrl === undefined ? undefined : connect(await signedIn(parts.redisUrl, log, opened), { patient: false })
  redis?.on('error', () => undefined)
  opened.defer(() => redis?.disconnect())
  const open = redis === undefined ? [] : await parts.open(redis, log)
  // Not waited for: one that hangs has been told of.
  opened.defer(() => open.forEach((part) => void part.close().catch(() => undefined)))
  const checkups: readonly Checkup[] = [
    { group: 'configuration', name: 'the configuration', run: async () => parts.configuration },
    ...(redis === undefined ? [] : [redisCheckup(redis, parts.here, parts.network)]),
    ...open.flatMap((part) => part.checkups),
    clockCheckup(
      redis,
      open.flatMap(({ clocks }) => clocks),
    ),
  ]
  const groups = await runCheckups(checkups)
  const isFaulty = groups.some(({ results }) => results.some(({ level }) => level === 'fail'))
  const report = asked.json ? asJson(groups) : reportText(groups, { colour })
  return { status: isFaulty ? faulty : well, out: masking(parts.secrets)(report), errors: '' }
}

function readArguments(args: readonly string[]): { readonly json: boolean } | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } })
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

function refuse(errors: string): Told {
  return { status: notRun, out: '', errors }
}
