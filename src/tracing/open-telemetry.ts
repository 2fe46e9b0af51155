import { context, DiagLogLevel, diag, isSpanContextValid, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import packageFile from '../../package.json' with { type: 'json' }
import { type Closable, closable } from '../closable.ts'
import type { TracingConfig } from '../config/watched.ts'
import type { Log } from '../log.ts'
import { traceWith } from '../tracing.ts'

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }

/** Longest value of an attribute that is sent, in characters. */
const longestValue = 512

/** A collector that is away would be complained of every few seconds, in milliseconds. */
const warnEveryMs = 60_000

/** How long the last spans may take to be sent when the process stops, in milliseconds. */
const flushWithinMs = 2_000

/** Sends traces by OTLP. Where they go, and with which headers, the exporter reads from the `OTEL_EXPORTER_OTLP_*` variables itself. */
export function startTracing(process: string, { serviceName, sampler, sampledRatio }: TracingConfig, log: Log): Closable {
  let warnedAt = Number.NEGATIVE_INFINITY
  const warn = (message: string, ...more: unknown[]) => {
    if (performance.now() - warnedAt < warnEveryMs) return
    warnedAt = performance.now()
    log.warn({ err: more[0] }, `traces: ${message}`)
  }
  const quiet = () => undefined
  diag.setLogger({ error: warn, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName ?? `privatelink-${process}`,
      'service.version': packageFile.version,
    }).merge(detectResources({ detectors: [envDetector] })),
    sampler: withoutHousekeeping(samplerOf(sampler, sampledRatio)),
    spanLimits: { attributeValueLengthLimit: longestValue },
    spanProcessors: [withoutMessages, new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  const tracer = trace.getTracer('privatelink-bot')
  traceWith({
    inSpan: ({ name, kind = 'internal', attributes = {} }, work) =>
      tracer.startActiveSpan(name, { kind: kinds[kind], attributes }, async (span) => {
        try {
          return await work((more) => void span.setAttributes(more))
        } catch (error) {
          span.setAttribute('error.type', typeOf(error))
          span.setStatus({ code: SpanStatusCode.ERROR })
          throw error
        } finally {
          span.end()
        }
      }),
    ids() {
      const found = trace.getActiveSpan()?.spanContext()
      return found === undefined || !isSpanContextValid(found) ? undefined : { trace_id: found.traceId, span_id: found.spanId }
    },
  })
  return closable(async () => {
    traceWith(undefined)
    const late = new Promise<void>((resolve) => setTimeout(resolve, flushWithinMs).unref())
    await Promise.race([
      provider.shutdown().catch((error: unknown) => log.warn({ err: error }, 'the last traces were not sent')),
      late,
    ])
  })
}

/** Our own errors have codes, and so have those of Node. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : error.name
}

/** What BullMQ does every few seconds of its own accord would be most of all traces. */
const housekeeping = /^(moveStalledJobsToWait|startStalledCheckTimer|extendLocks|close) /

function withoutHousekeeping(sampler: Sampler): Sampler {
  return {
    shouldSample: (around, traceId, name, ...more) =>
      housekeeping.test(name) ? { decision: SamplingDecision.NOT_RECORD } : sampler.shouldSample(around, traceId, name, ...more),
    toString: () => sampler.toString(),
  }
}

/** What an error says may hold what people wrote, or a secret, which only the log hides. BullMQ notes whole errors on its spans. */
const withoutMessages: SpanProcessor = {
  onStart: () => undefined,
  onEnd(span) {
    // What a job returned: the evidence of a probe.
    Reflect.deleteProperty(span.attributes, 'bullmq.job.result')
    if (span.status.message !== undefined) Reflect.deleteProperty(span.status, 'message')
    for (const { attributes = {} } of span.events)
      for (const name of Object.keys(attributes)) if (name !== 'exception.type') Reflect.deleteProperty(attributes, name)
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
}

/** By the words of `OTEL_TRACES_SAMPLER`. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
function samplerOf(named: TracingConfig['sampler'] = 'parentbased_always_on', ratio = 1): Sampler {
  const roots = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  }
  switch (named) {
    case 'always_on':
    case 'always_off':
    case 'traceidratio':
      return roots[named]()
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: roots.always_on() })
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: roots.always_off() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: roots.traceidratio() })
  }
}
