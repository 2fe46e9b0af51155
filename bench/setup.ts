import { networks } from '../sandbox/estate.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { criticalPathMs, reusePathMs } from '../sandbox/tour/critical-path.ts'
import type { Request } from '../src/domain/request.ts'
import { firstSurvey, openDesk } from '../test/e2e/house.ts'
import { type Bench, median, milliseconds, type Row, ratio } from './bench.ts'
import { calm } from './calm.ts'
import { diagnosed } from './diagnosed.ts'

const samples = Number(process.env.SETUP_SAMPLES ?? 3)
/** A call of a real API takes about as long; without it the reuse of an endpoint would measure only our own computing. */
const callMs = 100

export const setup: Bench = {
  name: 'setup',
  about: `requests from approval to done, beside the least that the simulated clouds allow; the reuse with ${callMs} ms for a cloud's call`,
  run,
}

interface Measured {
  readonly first: Timed
  readonly reuse: Timed
  readonly diagnosis: { readonly calls: number }
}

interface Timed {
  readonly ratio: number
  readonly tookMs: number
  /** Of ClickHouse Cloud, about this service and the organization, from the command on. */
  readonly calls: number
  readonly zoneReads: number
  readonly azureWrites: number
}

async function run(): Promise<readonly Row[]> {
  const all: Measured[] = []
  for (let sample = 0; sample < samples; sample += 1) all.push(await measured())
  const middle = (of: (each: Measured) => number) => median(all.map(of))
  return [
    { what: 'first setup: from approval to done', value: milliseconds(middle(({ first }) => first.tookMs)) },
    ratio(
      'first setup / the critical path',
      middle(({ first }) => first.ratio),
      1.05,
    ),
    atMost(
      'first setup: calls of ClickHouse Cloud',
      middle(({ first }) => first.calls),
      7,
    ),
    atMost(
      'first setup: reads of Azure Private DNS',
      middle(({ first }) => first.zoneReads),
      40,
    ),
    atMost(
      'first setup: writes of Azure',
      middle(({ first }) => first.azureWrites),
      4,
    ),
    { what: 'reuse of an endpoint: from approval to done', value: milliseconds(middle(({ reuse }) => reuse.tookMs)) },
    ratio(
      'reuse of an endpoint / the critical path',
      middle(({ reuse }) => reuse.ratio),
      1.2,
    ),
    atMost(
      'reuse of an endpoint: calls of ClickHouse Cloud',
      middle(({ reuse }) => reuse.calls),
      7,
    ),
    atMost(
      'diagnosis: calls of ClickHouse Cloud',
      middle(({ diagnosis }) => diagnosis.calls),
      2,
    ),
  ]
}

function atMost(what: string, count: number, most: number): Row {
  return { what, value: String(count), goal: { text: `at most ${most}`, met: count <= most } }
}

async function measured(): Promise<Measured> {
  const sandbox = await startSandbox()
  const desk = openDesk(sandbox)
  const { world } = sandbox
  /** Times the request from its approval, as the ledger has it. */
  const carriedOut = async (service: string, action: 'setup' | 'allow', leastMs: number): Promise<Timed> => {
    await calm(world)
    const before = world.calls.length
    const asked = await desk.ask(service, action)
    await desk.approve(asked)
    const done = await desk.settled(asked.id, ['done', 'failed'])
    if (done.state !== 'done') throw new Error(`${action} of ${service}: ${done.state} ${JSON.stringify(done.outcome)}`)
    const tookMs = sinceApproval(done)
    const azure = world.calls.slice(before).filter(({ vendor }) => vendor === 'arm')
    return {
      tookMs,
      ratio: tookMs / leastMs,
      calls: callsAbout(service, sandbox, before),
      zoneReads: azure.filter(({ method, path }) => method === 'GET' && path.includes('/privateDns')).length,
      azureWrites: azure.filter(({ method }) => method === 'PUT' || method === 'DELETE').length,
    }
  }
  try {
    await Promise.all([sandbox.start('jobs'), sandbox.start('diagnostics')])
    await firstSurvey(sandbox)
    const first = await carriedOut('analytics-prod', 'setup', criticalPathMs(world.latencies))
    Object.assign(world.latencies, { arm: callMs, clickhouse: callMs })
    const reuse = await carriedOut('billing-prod', 'allow', reusePathMs(world.latencies))
    await calm(world)
    const before = world.calls.length
    await diagnosed(sandbox, { service: 'billing-prod', network: networks.prodWestus3.name })
    return { first, reuse, diagnosis: { calls: callsAbout('billing-prod', sandbox, before) } }
  } finally {
    await desk.close()
    await sandbox.close()
  }
}

function sinceApproval({ decision, endedAt = '' }: Request): number {
  return Date.parse(endedAt) - Date.parse(decision?.at ?? '')
}

/** The background may read the list of services, other services' names and the key meanwhile. */
function callsAbout(service: string, { world }: Sandbox, since: number): number {
  const id = world.services.find(({ name }) => name === service)?.id
  const own = new RegExp(`/organizations/[^/]+(/services/${id}.*)?$`)
  return world.calls.slice(since).filter(({ vendor, path }) => vendor === 'clickhouse' && own.test(path)).length
}
