import type { Telemetry } from 'bullmq'

/** BullMQ's spans: of a job that is added, and of one that is worked on, in the trace of whoever added it. */

let telemetry: Telemetry | undefined

/** From now on, queues and workers that are made take part in traces. */
export async function traceQueues(): Promise<void> {
  const { BullMQOtel } = await import('bullmq-otel')
  telemetry = new BullMQOtel({ tracerName: 'bullmq' }) as Telemetry
}

/** For the options of a queue or a worker. */
export function queueTelemetry(): { readonly telemetry?: Telemetry } {
  return telemetry === undefined ? {} : { telemetry }
}
