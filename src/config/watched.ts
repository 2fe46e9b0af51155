import { z } from 'zod'
import type { Variables } from './environment.ts'

/** How a process is looked at from outside: its metrics port, and its traces. */

export interface Watched {
  /** Where `/metrics`, `/healthz` and `/readyz` are served apart from the public port; absent where they are not. */
  readonly metrics?: Address
  /** Absent where no traces are sent. The exporter reads further `OTEL_*` variables itself. */
  readonly tracing?: TracingConfig
}

export interface TracingConfig {
  /** `privatelink-` and the process's name where absent. */
  readonly serviceName?: string
  /** Every trace is sent where absent. */
  readonly sampler?: (typeof samplers)[number]
  /** The part of the traces that is sent, 0 to 1, for a sampler by ratio. */
  readonly sampledRatio?: number
}

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

export interface Address {
  readonly host: string
  readonly port: number
}

/** Headers hold the key of whoever takes the traces. */
export const tracingSecrets = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']

export const portNumber = z.coerce.number('must be a port number').int().min(0).max(65_535)

const metricsSchema = z.object({ METRICS_HOST: z.string().default('0.0.0.0'), METRICS_PORT: portNumber.optional() })

const tracingSchema = z.object({
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: z
    .enum(['otlp', 'none'], 'must be "otlp" or "none": traces are sent by OTLP, and in no other way')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('must be a URL').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url('must be a URL').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf', protocolProblem()).optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.literal('http/protobuf', protocolProblem()).optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.enum(samplers, `must be one of ${samplers.join(', ')}`).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('must be a number from 0 to 1').min(0).max(1).optional(),
})

export function watchedIn(variables: Variables): Watched {
  const port = variables.read(metricsSchema)
  const otel = variables.read(tracingSchema)
  const isTraced =
    otel !== undefined &&
    otel.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
    otel.OTEL_TRACES_EXPORTER !== 'none' &&
    (otel.OTEL_TRACES_EXPORTER ?? otel.OTEL_EXPORTER_OTLP_ENDPOINT ?? otel.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined
  return {
    ...(port?.METRICS_PORT !== undefined && { metrics: { host: port.METRICS_HOST, port: port.METRICS_PORT } }),
    ...(isTraced && {
      tracing: {
        ...(otel.OTEL_SERVICE_NAME !== undefined && { serviceName: otel.OTEL_SERVICE_NAME }),
        ...(otel.OTEL_TRACES_SAMPLER !== undefined && { sampler: otel.OTEL_TRACES_SAMPLER }),
        ...(otel.OTEL_TRACES_SAMPLER_ARG !== undefined && { sampledRatio: otel.OTEL_TRACES_SAMPLER_ARG }),
      },
    }),
  }
}

function protocolProblem(): string {
  return 'must be "http/protobuf": traces are sent in no other way'
}
