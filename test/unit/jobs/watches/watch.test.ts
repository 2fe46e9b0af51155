import { pino } from 'pino'
import { expect, test } from 'vitest'
import { diagnosisCard } from '../../../../src/bot/cards/diagnosis/diagnosis-card.ts'
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts'
import { TerminalError } from '../../../../src/domain/errors.ts'
import { noWatchState, type Sample, type WatchState } from '../../../../src/domain/watch.ts'
import { type WatchJobs, workOnWatch } from '../../../../src/jobs/watches/watch.ts'
import { sweepWatches } from '../../../../src/jobs/watches/watch-sweep.ts'
import { alice, data } from '../../../sample-requests.ts'
import { textOf } from '../../bot/card-text.ts'
import * as the from '../../domain/diagnosis/evidence-literals.ts'
import { service } from '../../literals.ts'

/** One turn of a watch, with a service that is there, gone, or cannot be told. */

const { signal } = new AbortController()
const log = pino({ level: 'silent' })
const at = '2026-03-01T00:00:00.000Z'
const watch = { id: 'WT-1', service: service.name, network: 'prod-westus3', everyMs: 60_000, by: alice, place: data, since: at }
const network = {
  ...{ name: 'prod-westus3', subscription: 's', resourceGroup: 'rg', vnet: 'v', subnet: 'endpoints', location: 'westus3' },
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
}
const gone = new TerminalError('service-unknown', '"analytics-prod" is not a service of acme.', { remedy: 'Check the name.' })

const subnetId = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/endpoints'
const approved = {
  ...{ id: the.endpointId, name: 'pe', connectsTo: 'alias', connection: 'Approved', guid: the.guid, address: the.address },
  subnetId,
}

interface Changes {
  readonly fails?: () => Error | undefined
  readonly networks?: readonly (typeof network)[]
  readonly clouds?: object
  readonly list?: () => readonly string[]
}

/** Everything answers as if the connection was rejected, unless the name fails. */
function stage({ fails, networks = [network], clouds, list = () => [] }: Changes) {
  let state: WatchState = noWatchState
  const told: Diagnosis[] = []
  const calls: string[] = []
  const samples: Sample[] = []
  const endpoint = {
    ...{ id: 'pe', name: 'pe', connectsTo: 'alias', connection: 'Rejected' },
    subnetId,
  }
  const jobs = {
    networks,
    log,
    catalog: {
      resolve: async () => {
        const failure = fails?.()
        if (failure !== undefined) throw failure
        return service
      },
      current: async () => ({ readAt: new Date().toISOString(), services: [service], allowLists: { [service.id]: list() } }),
    },
    targets: { of: async () => ({ service, alias: 'alias', host: the.host }) },
    inventory: { read: async () => undefined, learn: async () => undefined },
    survey: { read: async () => undefined, names: async () => ({}), learn: async () => undefined },
    // Others who ask in between must not take away what the watch has to tell.
    verdicts: { save: async () => undefined, lastHealthy: async () => undefined, saveHealthy: async () => undefined },
    clouds: clouds ?? {
      prober: { probe: async () => undefined, workers: async () => [] },
      clickhouse: {
        service: async () => ({ state: 'running', privateEndpointIds: [] }),
        organization: async () => ({ privateEndpoints: [] }),
        now: () => undefined,
      },
      network: { endpoints: async () => ({ endpoints: [endpoint], partial: false }), endpoint: async () => endpoint },
      dns: { zones: async () => [] },
    },
    diagnoses: { nextId: async () => `DG-${told.length + 1}`, save: async (each: Diagnosis) => void told.push(each) },
    producer: {
      show: async () => undefined,
      turn: async (id: string) => void calls.push(`turn ${id}`),
      unschedule: async (id: string) => void calls.push(`unschedule ${id}`),
    },
    watches: {
      get: async (id: string) => (id === watch.id ? watch : undefined),
      stateOf: async () => state,
      record: async (_id: string, next: WatchState, sample: Sample) => {
        state = next
        samples.push(sample)
      },
    },
  } as unknown as WatchJobs
  return {
    told,
    calls,
    samples,
    turn: async (confirms?: boolean) => await workOnWatch({ id: 'WT-1', ...(confirms && { confirms }) }, jobs, signal),
    stray: async () => await workOnWatch({ id: 'WT-9' }, jobs, signal),
  }
}
const cardOf = (diagnosis: Diagnosis | undefined) => {
  const card = diagnosis && diagnosisCard(diagnosis)
  return card === undefined ? '' : textOf(card)
}

test('a service that is gone is told once, after a second look, and once that it is back', async () => {
  let failure: Error | undefined
  const at = stage({ fails: () => failure })
  await at.turn()
  expect(at.told.map(({ watch: seen }) => seen?.event)).toEqual(['first'])
  failure = gone
  await at.turn()
  expect(at.calls).toEqual(['turn WT-1'])
  expect(at.told).toHaveLength(1)
  await at.turn(true)
  for (let more = 0; more < 3; more++) await at.turn()
  expect(at.told).toHaveLength(2)
  const text = cardOf(at.told[1])
  expect(text).toContain('analytics-prod from prod-westus3: no diagnosis')
  expect(text).toContain('I cannot diagnose it any more*, tried twice. It was fault · ')
  expect(text).toContain('is not a service of acme')
  expect(text).toContain('unwatch analytics-prod from prod-westus3')
  expect(at.samples.at(-1)).toMatchObject({ code: 'not-looked-at', severity: 'warn' })
  failure = undefined
  await at.turn()
  await at.turn(true)
  expect(cardOf(at.told[2])).toContain('The verdict has changed*, seen twice. It was warning · not-looked-at')
  expect(at.told).toHaveLength(3)
})

test('a second look that sees what was told before is worth no message', async () => {
  let failure: Error | undefined
  const at = stage({ fails: () => failure })
  await at.turn()
  failure = gone
  await at.turn()
  failure = undefined
  await at.turn(true)
  expect(at.told).toHaveLength(1)
})

test('a network that the configuration names no more is told, too', async () => {
  const at = stage({ networks: [] })
  for (let turns = 0; turns < 3; turns++) await at.turn()
  expect(at.told).toHaveLength(1)
  expect(cardOf(at.told[0])).toContain('"prod-westus3" is not a network of the configuration')
})

test('what somebody changed in Azure or on the list is told although it still works, once', async () => {
  const clouds = {
    prober: { probe: async () => the.networkPlane, workers: async () => [] },
    clickhouse: {
      service: async () => ({ state: 'running', privateEndpointIds: [the.guid] }),
      organization: async () => ({ privateEndpoints: [{ id: the.guid }] }),
      now: () => undefined,
    },
    network: {
      endpoints: async () => ({ endpoints: [approved], partial: false }),
      endpoint: async () => approved,
    },
    dns: {
      zones: async () => [{ id: 'zone', name: 'z', link: { completed: linked } }],
      aRecords: async () => [{ name: '*', addresses: [the.address] }],
    },
  }
  let linked = true
  let list = [the.guid]
  const at = stage({ clouds, list: () => list })
  for (let turns = 0; turns < 2; turns++) await at.turn()
  expect(at.told).toEqual([])
  linked = false
  for (let turns = 0; turns < 2; turns++) await at.turn()
  expect(at.told).toHaveLength(1)
  expect(cardOf(at.told[0])).toContain('It works, but *something was changed*')
  expect(cardOf(at.told[0])).toContain('the zone: was linked, is not linked')
  list = [the.guid, the.otherGuid]
  for (let turns = 0; turns < 2; turns++) await at.turn()
  expect(at.told).toHaveLength(2)
  expect(cardOf(at.told[1])).toContain('the allow list: got 1 entry')
})

test('a turn of a watch that has ended ends its schedule', async () => {
  const at = stage({})
  await at.stray()
  expect(at.calls).toEqual(['unschedule WT-9'])
})

test('watches and schedules are brought together', async () => {
  const calls: string[] = []
  const now = Date.now()
  const producer = {
    schedules: async () =>
      new Map([
        ['WT-1', { everyMs: 60_000, nextAt: now + 30_000 }],
        ['WT-2', { everyMs: 60_000, nextAt: now }],
        ['WT-4', { everyMs: 60_000, nextAt: now - 60_000 }],
        ['WT-5', { everyMs: 60_000, nextAt: now - 180_000 }],
        ['WT-9', { everyMs: 60_000, nextAt: now }],
      ]),
    schedule: async (id: string, everyMs: number) => void calls.push(`schedule ${id} ${everyMs}`),
    unschedule: async (id: string) => void calls.push(`unschedule ${id}`),
  }
  const more = ['WT-3', 'WT-4', 'WT-5'].map((id) => ({ ...watch, id }))
  const all = async () => [watch, { ...watch, id: 'WT-2', everyMs: 300_000 }, ...more]
  await sweepWatches({ watches: { all }, producer, log })
  expect(calls).toEqual(['schedule WT-2 300000', 'schedule WT-3 60000', 'schedule WT-5 60000', 'unschedule WT-9'])
})
