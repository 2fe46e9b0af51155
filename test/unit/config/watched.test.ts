import { describe, expect, test } from 'vitest'
import { botConfig, diagnosticsConfig, jobsConfig } from '../../../src/config.ts'
import { file, good, jobsEnvironment, problemsOf, slackEnvironment } from './config-file.ts'

/** Metrics port and traces, which every process reads alike. */

const base = { REDIS_URL: 'redis://h', DIAGNOSTICS_NETWORK: 'prod' }
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
const path = file(good)

describe.each([
  ['bot', (more: object) => botConfig({ ...slackEnvironment(path), ...more })],
  ['jobs', (more: object) => jobsConfig({ ...jobsEnvironment(path), ...more })],
  ['diagnostics', (more: object) => diagnosticsConfig({ ...base, ...more })],
] as const)('%s', (_name, read) => {
  test('is looked at only where it is told so', () => {
    expect(read({})).not.toHaveProperty('metrics')
    expect(read({})).not.toHaveProperty('tracing')
    expect(read({ METRICS_HOST: '127.0.0.1' })).not.toHaveProperty('metrics')
    expect(read({ METRICS_PORT: '9464' }).metrics).toEqual({ host: '0.0.0.0', port: 9464 })
    expect(read({ METRICS_PORT: '9464', METRICS_HOST: '10.0.0.1' }).metrics).toEqual({ host: '10.0.0.1', port: 9464 })
  })

  test.each([
    [endpoint, {}],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, {}],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces', OTEL_SERVICE_NAME: 'plb' }, { serviceName: 'plb' }],
    [
      { ...endpoint, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { sampler: 'traceidratio', sampledRatio: 0.25 },
    ],
  ])('traces with %j', (more, expected) => {
    expect(read(more).tracing).toEqual(expected)
  })

  test.each([
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }],
    [{ OTEL_SERVICE_NAME: 'plb' }],
    [{ OTEL_TRACES_EXPORTER: '' }],
  ])('does not trace with %j', (more) => {
    expect(read(more)).not.toHaveProperty('tracing')
  })

  test.each([
    [{ METRICS_PORT: 'x' }, 'METRICS_PORT must be a port number'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'OTEL_TRACES_EXPORTER must be "otlp" or "none"'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL must be "http/protobuf"'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, 'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL'],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER must be one of always_on'],
    [{ ...endpoint, OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
  ])('%j is refused', (more, expected) => {
    expect(problemsOf(() => read(more))).toEqual([expect.stringContaining(expected)])
  })
})

describe('the queue dashboard', () => {
  const read = (more: object) => jobsConfig({ ...jobsEnvironment(path), METRICS_PORT: '9464', ...more })
  const password = 'a-long-p4ssword'
  test('is off without a password, and read-only unless told otherwise', () => {
    expect(read({ QUEUE_DASHBOARD: 'read-write' })).not.toHaveProperty('dashboard')
    expect(read({ QUEUE_DASHBOARD_PASSWORD: password }).dashboard).toEqual({ password, mayWrite: false })
    expect(read({ QUEUE_DASHBOARD_PASSWORD: password, QUEUE_DASHBOARD: 'read-write' }).dashboard?.mayWrite).toBe(true)
    expect(read({ QUEUE_DASHBOARD_PASSWORD_FILE: file(`${password}\n`) }).dashboard?.password).toBe(password)
  })

  test.each([
    [{ QUEUE_DASHBOARD_PASSWORD: password, METRICS_PORT: '' }, 'QUEUE_DASHBOARD_PASSWORD needs METRICS_PORT'],
    [{ QUEUE_DASHBOARD_PASSWORD: 'short' }, 'QUEUE_DASHBOARD_PASSWORD is too short'],
    [{ QUEUE_DASHBOARD_PASSWORD: password, QUEUE_DASHBOARD: 'admin' }, 'QUEUE_DASHBOARD must be'],
  ])('%j is refused', (more, expected) => {
    expect(problemsOf(() => read(more))).toEqual([expect.stringContaining(expected)])
  })
})

test('the metrics of the bot need a port of their own', () => {
  const read = (more: object) => botConfig({ ...slackEnvironment(path), ...more })
  const same = 'METRICS_PORT is the same as PORT: metrics need a port of their own'
  expect(problemsOf(() => read({ METRICS_PORT: '3000' }))).toEqual([same])
  expect(problemsOf(() => read({ METRICS_PORT: '9464', PORT: '9464' }))).toEqual([same])
  expect(problemsOf(() => read({ METRICS_PORT: '0', PORT: '0' }))).toEqual([])
})
