import { setTimeout as delay } from 'node:timers/promises'
import { startProcess } from '../../sandbox/processes.ts'
import { startRedis } from '../../sandbox/redis.ts'
import { connect } from '../../src/redis/connection.ts'
import { workersOf } from '../../src/redis/presence.ts'
import { createProber } from '../../src/redis/prober.ts'

/** Inside the client's namespace: two diagnostics workers with their default settings, asked over Redis, and ended one after the other. */

const network = 'lab'
const host = process.env.LAB_HOST ?? ''
const redis = await startRedis()
const environment = {
  REDIS_URL: redis.url,
  DIAGNOSTICS_NETWORK: network,
  NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ?? '',
}
const workers = [await startProcess('diagnostics', environment), await startProcess('diagnostics', environment)]
const connection = connect(redis.url, { patient: false })
const prober = createProber(redis.url, { log: { warn: () => undefined } })

async function ask() {
  const expectedAddress = process.env.LAB_ENDPOINT ?? ''
  const startedAt = performance.now()
  const seen = await prober.probe(network, { host, expectedAddress }, { signal: new AbortController().signal })
  const inTime = performance.now() - startedAt < 15_000
  return { seen, inTime, workers: (await workersOf(connection, network)).length }
}

for (const worker of workers) {
  const { seen, workers: alive } = await ask()
  report({ workers: alive, dialled: seen?.address?.dialled ?? null, verified: seen?.['tls:8443']?.verified ?? null })
  worker.kill('SIGKILL')
  await worker.ended
  if (worker === workers[0]) await delay(8_000)
}
// Nobody has noticed yet that the last one is gone: the answer comes in time all the same.
const { seen, inTime, workers: left } = await ask()
report({ workers: left, dialled: seen?.address?.dialled ?? null, inTime })
await redis.close()
process.exit(0)

function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
