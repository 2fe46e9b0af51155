import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Watches } from '../../redis/watches.ts'
import { type Repeating, repeat } from '../../repeat.ts'

interface SweepSources {
  readonly watches: Pick<Watches, 'all'>
  readonly producer: Pick<Producer, 'schedules' | 'schedule' | 'unschedule'>
  readonly log: Log
}

const everyMs = 30_000

/** A turn counts as lost when it is this much later than the turn after it should have been, in milliseconds. */
const lateMs = 60_000

/** Schedules watches that have no schedule, e.g. after a crash between writing the one and the other. Runs at start and at intervals. */
export function startWatchSweep(sources: SweepSources): Repeating {
  return repeat('watch sweep', everyMs, sources.log, async () => await sweepWatches(sources))
}

/** Gives each watch its schedule, and removes schedules without a watch. */
export async function sweepWatches({ watches, producer, log }: SweepSources): Promise<void> {
  const [all, schedules] = await Promise.all([watches.all(), producer.schedules()])
  for (const { id, everyMs: every } of all) {
    const { everyMs: scheduled, nextAt = 0 } = schedules.get(id) ?? {}
    if (scheduled === every && Date.now() - nextAt < every + lateMs) continue
    log.info({ watch: id }, 'scheduled again')
    await producer.schedule(id, every)
  }
  const known = new Set(all.map(({ id }) => id))
  for (const id of schedules.keys()) if (!known.has(id)) await producer.unschedule(id)
}
