import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { organizationId } from '../sandbox/estate.ts'
import { type FaultCase, faultCases } from '../test/faults/fault-cases.ts'
import { type FaultStage, type FaultWorld, faultStage } from '../test/faults/fault-world.ts'
import { type Bench, median, milliseconds, type Row, ratio, timed } from './bench.ts'

/** What a call of a cloud's API takes here, in milliseconds: about as long as the real ones. */
const callMs = 100
const samples = 15
const mostFaultMs = 5_000

export const verdicts: Bench = {
  name: 'verdicts',
  about: `from the question to the verdict, for every fault on real sockets; a call of a cloud's API takes ${callMs} ms`,
  run,
}

async function run(): Promise<readonly Row[]> {
  const stage = await faultStage()
  const rows = [...(await healthy(stage))]
  for (const each of faultCases) rows.push(await fault(stage, each))
  return rows
}

/** Everything at once, beside each thing that people would ask alone. */
async function healthy(stage: FaultStage): Promise<readonly Row[]> {
  const world = await stage.open({ callMs })
  try {
    const times = new Map<string, number[]>()
    const whole: number[] = []
    for (let sample = 0; sample < samples; sample += 1) {
      for (const [what, ask] of Object.entries(questions(world))) {
        const known = times.get(what) ?? []
        times.set(what, [...known, await timed(ask)])
      }
      const { verdict, elapsedMs } = await world.diagnose()
      if (verdict.code !== 'healthy') throw new Error(`The healthy path is said to be ${verdict.code}.`)
      whole.push(elapsedMs)
    }
    const alone = [...times].map(([what, each]) => ({ what, elapsedMs: median(each) }))
    const slowest = Math.max(...alone.map(({ elapsedMs }) => elapsedMs))
    return [
      ...alone.map(({ what, elapsedMs }) => ({ what: `alone: ${what}`, value: milliseconds(elapsedMs) })),
      { what: 'healthy: the verdict, with all of these', value: milliseconds(median(whole)) },
      ratio('the verdict / the slowest of these alone', median(whole) / slowest, 1.05),
    ]
  } finally {
    await world.close()
  }
}

/** What the runbook asks one after the other. */
function questions({ clouds, network, service, endpoint, host, azureDns }: FaultWorld): Record<string, () => Promise<unknown>> {
  const { signal } = new AbortController()
  const resolver = new Resolver()
  resolver.setServers([`${azureDns.address}:${azureDns.port}`])
  return {
    'Azure, the endpoint and its address': async () => {
      await clouds.network.endpoints(network, signal)
      await clouds.network.endpoint(endpoint.id, signal)
    },
    'Azure, the zone and its records': async () => {
      const [zone] = await clouds.dns.zones(host.slice(host.indexOf('.') + 1), network, signal)
      if (zone !== undefined) await clouds.dns.aRecords(zone, signal)
    },
    'ClickHouse Cloud, the service': () => clouds.clickhouse.service(organizationId, service.id, signal),
    'ClickHouse Cloud, the organization': () => clouds.clickhouse.organization(organizationId, signal),
    DNS: () => resolver.resolve4(host),
    'TLS on 9440': async () => {
      const [address] = await resolver.resolve4(host)
      const socket = connect({ host: address, port: 9440, servername: host })
      await once(socket, 'secureConnect')
      socket.destroy()
    },
    '/ping': async () => {
      const [address] = await resolver.resolve4(host)
      const asked = request({ host: address, port: 8443, servername: host, path: '/ping', headers: { host }, agent: false }).end()
      const [answer] = await once(asked, 'response')
      await answer.toArray()
    },
  }
}

async function fault(stage: FaultStage, each: FaultCase): Promise<Row> {
  const world = await stage.open({ callMs })
  try {
    await each.break(world)
    const { verdict, elapsedMs } = await world.diagnose(each)
    const found = verdict.findings.length === 0 ? [verdict.code] : verdict.findings.map(({ code }) => code)
    const isRight = found.join() === each.codes.join()
    return {
      what: `${each.codes.join(', ')}: ${each.what}`,
      value: milliseconds(elapsedMs),
      goal: isRight
        ? { text: `at most ${mostFaultMs} ms`, met: elapsedMs <= mostFaultMs }
        : { text: `said to be ${found.join(', ')}`, met: false },
    }
  } finally {
    await world.close()
  }
}
