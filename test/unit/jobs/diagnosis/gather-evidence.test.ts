import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { NetworkEvidence } from '../../../../src/domain/diagnosis/evidence.ts'
import { evidenceLines } from '../../../../src/domain/diagnosis/evidence-lines.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import { RetryableError, TerminalError } from '../../../../src/domain/errors.ts'
import { gatherEvidence } from '../../../../src/jobs/diagnosis/gather-evidence.ts'
import type { ProbeOptions } from '../../../../src/redis/prober.ts'
import type { Probe } from '../../../../src/redis/queues.ts'
import type { Inventory } from '../../../../src/redis/records.ts'
import * as the from '../../domain/diagnosis/evidence-literals.ts'
import { service } from '../../literals.ts'

/** One diagnosis has one deadline, whichever plane is silent, and always a verdict of the other. */

const network = {
  ...{ name: 'prod-westus3', subscription: 's', resourceGroup: 'rg', vnet: 'vnet', subnet: 'endpoints', location: 'westus3' },
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
}
const { signal } = new AbortController()
const endpoint = {
  ...{ id: the.endpointId, name: 'pe', connectsTo: 'alias', connection: 'Rejected', guid: the.guid, address: the.address },
  subnetId: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/endpoints',
}

interface LookChanges {
  readonly clouds?: object
  readonly withinMs?: number
  readonly background?: boolean
  /** As it is kept, and as it is when it is asked for. */
  readonly known?: Inventory
  readonly current?: Inventory
}

async function gather(
  probe: (options: ProbeOptions, asked: Probe) => Promise<NetworkEvidence | undefined>,
  { clouds = {}, withinMs = 5_000, background = false, known, current = known }: LookChanges = {},
) {
  const startedAt = performance.now()
  const evidence = await gatherEvidence(
    { service, network, alias: 'alias', host: the.host },
    {
      clouds: {
        prober: {
          probe: (_network: string, asked: Probe, options: ProbeOptions) => probe(options, asked),
          workers: async () => [{ id: 'w', version: '1.2.3', startedAt: '2026-03-01T00:00:00.000Z' }],
        },
        clickhouse: {
          service: async () => ({ state: 'running', privateEndpointIds: [] }),
          organization: async () => ({ privateEndpoints: [] }),
          now: () => undefined,
        },
        network: { endpoints: async () => ({ endpoints: [endpoint], partial: false }), endpoint: async () => endpoint },
        dns: { zones: async () => [] },
        ...clouds,
      } as never,
      survey: { read: async () => undefined },
      catalog: { current: async () => current ?? { readAt: '', services: [], allowLists: {} } },
      inventory: { read: async () => known, learn: async () => undefined },
      log: pino({ level: 'silent' }),
    },
    { signal, withinMs, background },
  )
  return { evidence, verdict: judge(rules, evidence), elapsedMs: performance.now() - startedAt }
}

test('both planes silent: the time that was given, and no more', async () => {
  const hang = () => new Promise<never>(() => undefined)
  const { verdict, elapsedMs } = await gather(async ({ withinMs = 60_000 }) => await sleep(withinMs, undefined), {
    clouds: {
      network: { endpoints: hang },
      dns: { zones: hang },
      clickhouse: { service: hang, organization: hang, now: () => undefined },
    },
    withinMs: 200,
  })
  expect(verdict.findings.map(({ code }) => code)).toEqual(['control-plane-unknown', 'worker-absent'])
  expect(elapsedMs).toBeLessThan(2_000)
})

test('a worker that is busy is not called absent, and the control plane is judged all the same', async () => {
  const { evidence, verdict } = await gather(async () => {
    throw new RetryableError('worker-busy', 'They have too much to do.', { remedy: 'Start another one.' })
  })
  expect(evidence.workerAbsent).toBeUndefined()
  expect(evidenceLines(evidence).find(({ what }) => what === 'workers')?.said).toBe(
    'version 1.2.3 since 2026-03-01T00:00:00.000Z',
  )
  expect(verdict.code).toBe('endpoint-rejected')
  const busy = verdict.findings.find(({ code }) => code === 'worker-absent')
  expect(busy?.detail).toBe('They have too much to do. DNS, TCP, TLS and the service were not checked.')
  expect(busy?.remedy.text).toBe('Start another one.')
})

test('a worker that refuses leaves the control plane as it is, too', async () => {
  const { verdict } = await gather(async () => {
    throw new TerminalError('probe-refused', 'The worker refused.', { remedy: 'Check DIAGNOSTICS_HOST_SUFFIXES.' })
  })
  expect(verdict.findings.map(({ code }) => code)).toContain('endpoint-rejected')
  expect(verdict.findings.at(-1)).toMatchObject({ code: 'worker-absent', remedy: { text: 'Check DIAGNOSTICS_HOST_SUFFIXES.' } })
})

test('a second probe has what is left of the time for both', async () => {
  const asked: Probe[] = []
  const { evidence } = await gather(async (_options, probe) => {
    asked.push(probe)
    if (asked.length > 1) return the.networkPlane
    await sleep(300)
    return { resolver: the.nxdomain, address: { refused: 'no-answer' } }
  })
  expect(evidence.networkPlane).toBe(the.networkPlane)
  expect(asked).toMatchObject([{ host: the.host }, { host: the.host, expectedAddress: the.address }])
  expect(asked[0]).not.toHaveProperty('deadlineMs')
  expect(asked[1]?.deadlineMs).toBeGreaterThan(3_000)
  expect(asked[1]?.deadlineMs).toBeLessThanOrEqual(4_500)
})

describe('a service that sleeps is woken by nobody who did not mean it', () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString()
  const known = (readAt: string, state: string): Inventory => ({
    readAt,
    services: [{ ...service, state }],
    allowLists: { [service.id]: [] },
  })
  const idle = {
    service: async () => ({ state: 'idle', privateEndpointIds: [] }),
    organization: async () => ({ privateEndpoints: [] }),
    now: () => undefined,
  }
  async function pings(changes: Parameters<typeof gather>[1]): Promise<readonly boolean[]> {
    const asked: boolean[] = []
    await gather(async (_options, { quiet = false }) => {
      asked.push(!quiet)
      const { ping: _, ...unasked } = the.networkPlane
      return quiet ? unasked : the.networkPlane
    }, changes)
    return asked
  }

  test('what was read a while ago does not say that it is awake', async () => {
    expect(await pings({ clouds: { clickhouse: idle }, known: known(ago(300), 'running') })).toEqual([false])
    expect(await pings({ known: known(ago(300), 'running') })).toEqual([false, true])
    expect(await pings({ known: known(ago(5), 'running') })).toEqual([true])
  })

  test('while ClickHouse Cloud refuses, what it said last counts for some minutes', async () => {
    const refuses = async () => {
      throw new TerminalError('unauthorized', 'HTTP 401', { remedy: 'Check the key.' })
    }
    const clouds = { clickhouse: { ...idle, service: refuses, organization: refuses } }
    expect(await pings({ clouds, known: known(ago(300), 'running') })).toEqual([false, true])
    expect(await pings({ clouds, known: known(ago(3_600), 'running') })).toEqual([false])
  })

  test('in the background the probe follows the state, and is made once', async () => {
    expect(await pings({ background: true, known: known(ago(5), 'running') })).toEqual([true])
    expect(await pings({ background: true, known: known(ago(5), 'idle') })).toEqual([false])
    const readAnew = { known: known(ago(300), 'idle'), current: known(ago(0), 'running') }
    expect(await pings({ background: true, ...readAnew })).toEqual([true])
    const silent = async () => new Promise<never>(() => undefined)
    const clouds = { clickhouse: { ...idle, service: silent, organization: silent } }
    expect(
      await pings({
        background: true,
        clouds,
        known: { ...known(ago(300), 'running'), keptFrom: { [service.organizationId]: ago(300) } },
      }),
    ).toEqual([false])
  })
})
