import { pino } from 'pino'
import { expect, test } from 'vitest'
import { cellsOf, type Survey, tableOf } from '../../../../src/domain/survey.ts'
import { type SurveyJobs, surveyNetwork, workOnSurvey } from '../../../../src/jobs/services/survey.ts'
import { service } from '../../literals.ts'

const readAt = '2026-03-01T12:00:00.000Z'
const other = { ...service, id: 'other', organizationId: 'o2', organizationName: 'globex' }
const network = {
  ...{ name: 'prod-westus3', subscription: 's', resourceGroup: 'rg', vnet: 'v', subnet: 'endpoints', location: 'westus3' },
  dns: { subscription: 's', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
}

const reading = (survey: unknown) => ({ read: async () => survey, readWithNames: async () => survey })

test('a survey says what of it is old or missing, who could look from inside, and keeps what it learned', async () => {
  let written: Survey | undefined
  const learned: object[] = []
  const now = new Date().toISOString()
  const before = {
    readAt,
    networks: [],
    rows: [],
    unread: [],
    keys: { readAt: now, withoutAdmin: [] },
    names: { other: { readAt: now } },
  }
  const jobs = {
    networks: [network, { ...network, name: 'lab' }],
    log: pino({ level: 'silent' }),
    organizations: [],
    ledger: { open: async () => [] },
    catalog: {
      current: async () => ({
        ...{ readAt: now, services: [service, other], allowLists: {} },
        ...{ unread: ['globex', 'initech'], keptFrom: { o2: readAt } },
      }),
    },
    targets: { known: () => undefined, of: async () => ({ service, alias: 'alias', host: 'q7.westus3.privatelink.example' }) },
    clouds: {
      network: { endpoints: async () => ({ endpoints: [], partial: false }) },
      dns: { forReport: () => ({ zones: async () => [] }) },
      prober: { workers: async (name: string) => (name === 'lab' ? [] : [{ version: '1.0.0' }]) },
    },
    survey: {
      ...reading(before),
      write: async (survey: Survey) => {
        written = survey
      },
      learn: async (names: object) => void learned.push(names),
    },
  } as unknown as SurveyJobs
  await workOnSurvey('more', jobs, new AbortController().signal)
  expect(written).toMatchObject({
    stale: [{ organization: 'globex', readAt }, { organization: 'initech' }],
    workers: { 'prod-westus3': ['1.0.0'], lab: [] },
    names: { [service.id]: { alias: 'alias' } },
  })
  expect(learned).toMatchObject([{ [service.id]: { alias: 'alias' } }])
})

test('names are learned as fast as the budget lets them, past one that cannot be read, and not while a request is worked on', async () => {
  const services = Array.from({ length: 40 }, (_, index) => ({ ...service, id: `s${index}` }))
  const learned: object[] = []
  let open: { state: string }[] = []
  let read = 0
  const now = new Date().toISOString()
  const jobs = {
    networks: [],
    log: pino({ level: 'silent' }),
    organizations: [],
    ledger: { open: async () => open },
    catalog: { current: async () => ({ readAt: now, services, allowLists: {} }) },
    targets: {
      known: () => undefined,
      of: async (wanted: typeof service) => {
        read += 1
        if (wanted.id === 's7') throw new Error('HTTP 500')
        return { service: wanted, alias: 'alias', host: `${wanted.id}.westus3.privatelink.example` }
      },
    },
    clouds: { dns: { forReport: () => ({}) } },
    survey: {
      ...reading({ readAt, networks: [], rows: [], unread: [], keys: { readAt: now, withoutAdmin: [] }, names: {} }),
      write: async () => undefined,
      learn: async (names: object) => void learned.push(names),
    },
  } as unknown as SurveyJobs
  const signal = new AbortController().signal
  await workOnSurvey('more', jobs, signal)
  expect(Object.keys(Object.assign({}, ...learned))).toHaveLength(39)
  expect(read).toBe(40)
  read = 0
  const of = jobs.targets.of
  const busyAfter = {
    ...jobs,
    targets: {
      ...jobs.targets,
      of: async (...about: Parameters<typeof of>) => {
        if (read >= 4) open = [{ state: 'applying' }]
        return await of(...about)
      },
    },
  }
  await workOnSurvey('more', busyAfter, signal)
  expect(read).toBeLessThan(12)
})

test('after a change its network is read anew, and those of the same VNet or zones; the others stay, and ClickHouse Cloud is not asked', async () => {
  const host = 'q7.westus3.privatelink.example'
  const names = { [service.id]: { alias: 'alias', host, readAt: new Date().toISOString() } }
  const far = { ...network, name: 'far', vnet: 'w', dns: { subscription: 's', resourceGroup: 'rg-other' } }
  const networks = [network, far, { ...network, name: 'lab' }, { ...far, name: 'hub', vnet: 'x', dns: network.dns }]
  const cell = { service, record: 'right', listed: true } as const
  const before = {
    readAt: new Date().toISOString(),
    keys: { readAt: new Date().toISOString(), withoutAdmin: [] },
    names,
    unread: [
      { network: 'lab', problem: 'HTTP 500' },
      { network: 'far', problem: 'HTTP 500' },
    ],
    ...tableOf(networks.map(({ name }) => ({ ...cell, network: name }))),
  }
  const read: string[] = []
  let written: Survey | undefined
  const ages: number[] = []
  const jobs = {
    networks,
    log: pino({ level: 'silent' }),
    ledger: { open: async () => [] },
    catalog: {
      current: async (maxAgeMs: number) => {
        ages.push(maxAgeMs)
        return { readAt, services: [service], allowLists: {} }
      },
    },
    targets: { known: () => undefined },
    clouds: {
      network: {
        endpoints: async ({ name }: { name: string }) => {
          read.push(name)
          return { endpoints: [], partial: false }
        },
      },
      dns: { forReport: () => ({ zones: async () => [] }) },
      prober: { workers: async () => [] },
    },
    survey: {
      ...reading(before),
      write: async (survey: Survey) => {
        written = survey
      },
      learn: async () => undefined,
    },
  } as unknown as SurveyJobs
  await surveyNetwork('prod-westus3', jobs, new AbortController().signal)
  expect(read.toSorted()).toEqual(['hub', 'lab', 'prod-westus3'])
  expect(ages).toEqual([300_000])
  expect(written && cellsOf(written).map(({ network: name, listed }) => [name, listed])).toEqual([
    ['prod-westus3', false],
    ['far', true],
    ['lab', false],
    ['hub', false],
  ])
  expect(written?.unread).toEqual([{ network: 'far', problem: 'HTTP 500' }])
  expect(written?.readAt).toBe(before.readAt)

  // A service that was not looked for everywhere: all networks are read, as not seen is not absent.
  Object.assign(before, tableOf([]))
  before.readAt = '2026-03-01T12:00:00.000Z'
  read.splice(0)
  await surveyNetwork('prod-westus3', jobs, new AbortController().signal)
  expect(read.toSorted()).toEqual(['far', 'hub', 'lab', 'prod-westus3'])
})
