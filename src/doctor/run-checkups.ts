import { type Checkup, type CheckupGroup, type CheckupResult, checkupGroups, fail } from '../domain/checkup.ts'
import { RetryableError, TerminalError } from '../domain/errors.ts'

export interface GroupReport {
  readonly group: CheckupGroup
  readonly results: readonly CheckupResult[]
}

/** How long one question may take, in milliseconds. The slowest that may succeed is an identity that is looked for in several places. */
const usualWithinMs = 20_000

/** Asks everything at the same time, each within its own time: one that hangs or throws is a finding of that one. */
export async function runCheckups(checkups: readonly Checkup[], withinMs = usualWithinMs): Promise<readonly GroupReport[]> {
  const answers = await Promise.all(
    checkups.map(async ({ group, name, run }) => ({ group, results: await limited(name, run, withinMs) })),
  )
  return checkupGroups.flatMap((group) => {
    const results = answers.filter((answer) => answer.group === group).flatMap((answer) => answer.results)
    return results.length === 0 ? [] : [{ group, results }]
  })
}

async function limited(name: string, run: Checkup['run'], withinMs: number): Promise<readonly CheckupResult[]> {
  const limit = new AbortController()
  const late = Promise.withResolvers<readonly CheckupResult[]>()
  const timer = setTimeout(() => {
    limit.abort()
    late.resolve([
      fail(
        'check-timed-out',
        `${name} could not be checked: there was no answer within ${withinMs / 1_000} s.`,
        'Check that this machine reaches it: name resolution, firewall, proxy. Then run the doctor again.',
      ),
    ])
  }, withinMs)
  try {
    return await Promise.race([run(limit.signal).catch((error: unknown) => [broken(name, error)]), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Our own errors say what to do. The text of any other stays out: it may hold secrets. */
function broken(name: string, error: unknown): CheckupResult {
  if (error instanceof TerminalError || error instanceof RetryableError)
    return fail(error.code, `${name} could not be checked: ${error.message}`, error.remedy)
  const kind = error instanceof Error ? error.name : typeof error
  return fail(
    'check-failed',
    `${name} could not be checked: it ended in an error that the doctor does not know (${kind}).`,
    'Run the doctor again; if it stays so, report it as a fault of the bot.',
  )
}
