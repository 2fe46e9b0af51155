import { expect, test } from 'vitest'
import { TerminalError } from '../../../../src/domain/errors.ts'
import { createCatalog } from '../../../../src/jobs/services/inventory.ts'
import type { Inventory } from '../../../../src/redis/records.ts'
import { service } from '../../literals.ts'

/** One organization that cannot be read leaves the others as they are. */

const signal = new AbortController().signal
const keyOf = (organizationName: string, organizationId: string) => ({
  organizationId,
  organizationName,
  keyId: 'k',
  keySecret: 's',
})
const wire = { ...service, privateEndpointIds: ['g1'] }

function catalogOf(broken: readonly string[], kept?: Inventory) {
  const clickhouse = {
    services: async (organizationId: string) => {
      if (broken.includes(organizationId))
        throw new TerminalError('clickhouse-credentials', 'The key is wrong.', { remedy: 'Fix it.' })
      return organizationId === service.organizationId ? [wire] : []
    },
  }
  const store = {
    read: async () => kept,
    write: async (inventory: Inventory) => {
      kept = inventory
    },
    learn: async () => undefined,
  }
  return createCatalog(clickhouse, [keyOf('acme', service.organizationId), keyOf('globex', 'o2')], store)
}

test('the others are read, and the one is named', async () => {
  expect(await catalogOf(['o2']).refresh(signal)).toMatchObject({ services: [{ name: service.name }], unread: ['globex'] })
  expect(await catalogOf([]).refresh(signal)).not.toHaveProperty('unread')
})

test('a service of the others is found; one that is not may be of the one', async () => {
  const catalog = catalogOf(['o2'])
  expect(await catalog.resolve({ service: service.name }, 0, signal)).toMatchObject({ id: service.id })
  await expect(catalog.resolve({ service: 'elsewhere' }, 0, signal)).rejects.toMatchObject({
    code: 'clickhouse-credentials',
    message: '"elsewhere" was not found, and globex could not be read: The key is wrong.',
    remedy: 'Fix it.',
  })
  await expect(catalog.resolve({ service: 'elsewhere', organization: 'acme' }, 0, signal)).rejects.toMatchObject({
    code: 'service-unknown',
  })
})

test('when none can be read, that is said', async () => {
  await expect(catalogOf([service.organizationId, 'o2']).refresh(signal)).rejects.toMatchObject({
    code: 'clickhouse-credentials',
  })
})

test('what was read earlier of one that cannot be read stays, with its age', async () => {
  const readAt = '2026-01-01T00:00:00.000Z'
  const other = { ...service, id: 'other', organizationId: 'o2', organizationName: 'globex', name: 'elsewhere' }
  const before = { readAt, services: [service, other], allowLists: { [service.id]: ['old'], other: ['g2'] } }
  const catalog = catalogOf(['o2'], before)
  const inventory = await catalog.refresh(signal)
  expect(inventory.services.map(({ name }) => name)).toEqual([service.name, 'elsewhere'])
  expect(inventory).toMatchObject({
    allowLists: { [service.id]: ['g1'], other: ['g2'] },
    unread: ['globex'],
    keptFrom: { o2: readAt },
  })
  expect((await catalog.refresh(signal)).keptFrom).toEqual({ o2: readAt })
  expect(await catalog.resolve({ service: 'elsewhere' }, 0, signal)).toEqual(other)
})
