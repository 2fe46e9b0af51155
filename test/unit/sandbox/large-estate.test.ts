import { expect, test } from 'vitest'
import { large, largeEstate } from '../../../sandbox/large-estate.ts'

const made = largeEstate().world({ addressBase: '127.77.7' })

test('it has as many of each as it says', () => {
  const records = [...made.zones.values()].flatMap(({ records }) => [...records.values()])
  const subscriptions = new Set([...made.networks.values()].map(({ id }) => id.split('/')[2]))
  expect({
    organizations: made.organizations.length,
    services: made.services.length,
    networks: made.networks.size,
    subscriptions: subscriptions.size,
    endpoints: made.endpoints.size,
    zones: made.zones.size,
    records: records.filter(({ name }) => name !== '*').length,
  }).toEqual(large)
})

test('names are as people give them', () => {
  const names = made.services.map(({ name }) => name)
  expect(names.some((name) => name.length === 200)).toBe(true)
  for (const kind of [/^analytics-prod-/, /"/, /'/, /🚀/u, / /, /<!channel>/])
    expect(names.some((name) => kind.test(name))).toBe(true)
  const shared = made.services.filter(({ name }) => name === 'shared-3')
  expect(new Set(shared.map(({ organizationId }) => organizationId)).size).toBe(2)
  expect(shared).toHaveLength(2)
})

test('nothing in it has the id of another', () => {
  const ids = [...made.services.map(({ id }) => id), ...made.endpoints.values().map(({ resourceGuid }) => resourceGuid)]
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(made.endpoints.values().map(({ address }) => address)).size).toBe(made.endpoints.size)
})

test.each([10, 100, 1_000])('%i services in one network', (services) => {
  const size = { organizations: 1, services, networks: 1, subscriptions: 1, endpoints: 4, zones: 2, records: 10 }
  const estate = largeEstate(size)
  const world = estate.world({ addressBase: '127.77.7' })
  expect(world.services).toHaveLength(services)
  expect(world.endpoints.size).toBe(4)
  expect(estate.configuration().networks.map(({ name }) => name)).toEqual(['prod-westus3'])
  expect(estate.configuration().policies).toHaveLength(1)
})
