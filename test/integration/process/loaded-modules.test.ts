import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen, stop } from '../../../sandbox/arm/listen.ts'
import { type ProcessName, processNames } from '../../../sandbox/processes.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'

/** What is switched off is not even loaded: the processes stay small, and nothing in it can fail. */

let sandbox: Sandbox
let folder: string
beforeAll(async () => {
  sandbox = await startSandbox()
  folder = await mkdtemp(join(tmpdir(), 'privatelink-modules-'))
})
afterAll(async () => {
  await sandbox.close()
  await rm(folder, { recursive: true })
})

const recorder = new URL('record-modules.ts', import.meta.url).href

/** The packages that the process has loaded from its start to its end. */
async function packagesOf(name: ProcessName, more: Readonly<Record<string, string>> = {}): Promise<ReadonlySet<string>> {
  const at = join(folder, `${name}-${Math.random()}`)
  const process = await sandbox.start(name, { ...more, NODE_OPTIONS: `--import=${recorder}`, RECORD_MODULES_AT: at })
  await process.close()
  const found = [...(await readFile(at, 'utf8')).matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/[^\n]*$/gm)]
  return new Set(found.map(([, name = '']) => name))
}

// prom-client knows the names of `@opentelemetry/api`, which holds nothing that collects or sends.
const tracing = (packages: ReadonlySet<string>) =>
  [...packages].filter((name) => /^@opentelemetry\/(?!api$)|^bullmq-otel$/.test(name))
const metrics = (packages: ReadonlySet<string>) => [...packages].filter((name) => /^prom-client$|^@bull-board/.test(name))

describe.each(processNames)('%s', (name) => {
  test('without OTEL_* it loads nothing that traces', async () => {
    const packages = await packagesOf(name)
    expect(packages).toContain('bullmq')
    expect(tracing(packages)).toEqual([])
    expect(metrics(packages)).toEqual(name === 'bot' ? ['prom-client'] : [])
  })

  test.each([{ OTEL_TRACES_EXPORTER: 'none' }, { OTEL_SDK_DISABLED: 'true' }])('nor with %j', async (off) => {
    expect(tracing(await packagesOf(name, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', ...off }))).toEqual([])
  })

  test('with an endpoint, and a port for metrics, it does', async () => {
    const collector = createServer((request, response) => request.resume().once('end', () => response.writeHead(200).end()))
    const endpoint = `http://127.0.0.1:${await listen(collector)}`
    const more = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' }
    const packages = await packagesOf(name, more)
    await stop(collector)
    expect(tracing(packages)).toEqual(expect.arrayContaining(['@opentelemetry/sdk-trace', 'bullmq-otel']))
    expect(metrics(packages)).toEqual(['prom-client'])
  })
})
