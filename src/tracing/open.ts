import type { Closable } from '../closable.ts'
import type { TracingConfig } from '../config/watched.ts'
import type { Log } from '../log.ts'
import { traceQueues } from '../redis/telemetry.ts'

/** Begins to trace where the environment asks for it; returns undefined, and loads nothing, where it does not. `close` sends what is left. */
export async function openTracing(process: string, tracing: TracingConfig | undefined, log: Log): Promise<Closable | undefined> {
  if (tracing === undefined) return undefined
  const { startTracing } = await import('./open-telemetry.ts')
  const started = startTracing(process, tracing, log)
  // Afterwards: BullMQ's part asks once for whoever takes spans.
  await traceQueues()
  return started
}
