import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../sandbox/world.ts'

/** Until ClickHouse Cloud's ten calls in ten seconds are whole again, in milliseconds. */
const budgetMs = 10_500
/** The background looks at Azure anew within so long after a change, in milliseconds. */
const quietMs = 8_000
const patienceMs = 120_000

/** Waits until the background asks for nothing: its calls are not another work's, and one beyond the vendor's limit would make that work wait. */
export async function calm({ calls }: World): Promise<void> {
  const deadline = performance.now() + patienceMs
  const since = (vendor: string) =>
    performance.now() - (calls.findLast((call) => call.vendor === vendor)?.startedAt ?? Number.NEGATIVE_INFINITY)
  while ((since('clickhouse') < budgetMs || since('arm') < quietMs) && performance.now() < deadline) await sleep(250)
}
