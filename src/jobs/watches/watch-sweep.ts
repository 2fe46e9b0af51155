import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Watches } from '../../redis/watches.ts'
import { type Repeating, repeat } from '../../repeat.ts'

interface Sources {
  readonly watches: Pick<Watches, 'all'>
  readonly producer: Pick<Producer, 'schedules' | 'schedule' | 'unschedule'>
  readonly log: Log
}

const everyMs = 30_000

/** A turn that is so much later than the one after it should be was lost, in milliseconds. */
const lateMs = 60_000

/** Mends what a crash between writing a watch and scheduling it has left, or a schedule that was lost. Runs at start and at intervals. */
export function startWatchSweep(sources: Sources): Repeating {
  return repeat('watch sweep', everyMs, sources.log, async () => await sweepWatches(sources))
}

/** Every watch has its schedule, and every schedule its watch. */
export async function sweepWatches({ watches, producer, log }: Sources): Promise<void> {
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
