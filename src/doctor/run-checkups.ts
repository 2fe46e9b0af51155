import { type Checkup, type CheckupGroup, type CheckupResult, checkupGroups, fail, unchecked } from '../domain/checkup.ts'

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
    return await Promise.race([run(limit.signal).catch((error: unknown) => [unchecked(name, error)]), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
