import { type Checkup, type CheckupPart, type CheckupResult, type ClockDifference, fail, ok, skipped } from '../domain/checkup.ts'
import type { Connection } from '../redis/connection.ts'
import { timeOf } from '../redis/inspect.ts'

/** How far apart two clocks may be, in milliseconds. Headers are exact to a second, answers are on their way for a few more. */
const toleratedMs = 30_000

/** This machine's clock against the clocks of everybody that its processes talk to. One that does not answer is that one's finding, not the clock's. */
export function clockCheckup(redis: Connection | undefined, clocks: CheckupPart['clocks']): Checkup {
  return {
    group: 'clock',
    name: 'the clock',
    async run(signal) {
      const asked = [
        ...(redis === undefined
          ? []
          : [timeOf(redis).then((time): ClockDifference => ({ source: 'Redis', aheadMs: Date.now() - time }))]),
        ...clocks.map(({ difference }) => difference(signal)),
      ]
      const differences = await Promise.all(asked.map((each) => each.catch(() => undefined)))
      return [ofDifferences(differences.filter((each) => each !== undefined))]
    },
  }
}

/** One finding: our clock where all differ from it, else the clocks that do. */
export function ofDifferences(differences: readonly ClockDifference[]): CheckupResult {
  if (differences.length === 0) return skipped('clock', 'nobody said what time it is')
  const wrong = differences.filter(({ aheadMs }) => Math.abs(aheadMs) > toleratedMs)
  if (wrong.length === 0)
    return ok('clock', `this machine’s clock agrees with ${differences.map(({ source }) => source).join(', ')}`)
  const said = wrong
    .map(({ source, aheadMs }) => `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ${source}’s`)
    .join(', ')
  if (wrong.length === 1 && differences.length > 1 && wrong[0]?.source === 'Redis')
    return fail(
      'clock-wrong',
      `This machine’s clock is ${said}; the others agree with this machine.`,
      'Whoever runs Redis: let its machine keep the time (NTP).',
    )
  return fail(
    'clock-wrong',
    `This machine’s clock is ${said}. Signatures and tokens are refused when clocks differ by minutes.`,
    'Whoever runs this machine: let it keep the time (NTP, for instance chrony or systemd-timesyncd).',
  )
}
