/**
 * Spans of traces, for all processes. While nothing traces, `inSpan` only does the work. `src/tracing/open-telemetry.ts` is loaded where the environment asks
 * for traces, and nowhere else.
 */

export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Adds attributes to a span that has begun. */
export type Describe = (attributes: Attributes) => void

/** What a span stands for: a request from outside, a call to the outside, or neither. */
export type SpanKind = 'server' | 'client' | 'internal'

export interface SpanStart {
  /** Has few values: names, not ids. */
  readonly name: string
  readonly kind?: SpanKind
  readonly attributes?: Attributes
}

export interface Tracer {
  inSpan<T>(start: SpanStart, work: (describe: Describe) => Promise<T>): Promise<T>
  /** Of the span in which the caller runs. */
  ids(): { readonly trace_id: string; readonly span_id: string } | undefined
}

let tracer: Tracer | undefined

/** From now on, spans go to this tracer; to none without one. */
export function traceWith(next: Tracer | undefined): void {
  tracer = next
}

/** Does the work in a span below the one in which the caller runs. A failure is noted on the span, and thrown. */
export async function inSpan<T>(start: SpanStart, work: (describe: Describe) => Promise<T>): Promise<T> {
  return tracer === undefined ? await work(() => undefined) : await tracer.inSpan(start, work)
}

/** The ids of the trace and the span in which the caller runs, by the names that logs use for them. Empty where there is none. */
export function traceIds(): { readonly trace_id?: string; readonly span_id?: string } {
  return tracer?.ids() ?? {}
}
