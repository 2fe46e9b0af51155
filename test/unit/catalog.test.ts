import { expect, test } from 'vitest'
import { TerminalError } from '../../src/domain/errors.ts'
import { createCatalog } from '../../src/jobs/inventory.ts'
import type { Inventory } from '../../src/redis/records.ts'
import { service } from './literals.ts'

/** One organization that cannot be read leaves the others as they are. */

const signal = new AbortController().signal
const keyOf = (organizationName: string, organizationId: string) => ({
  organizationId,
  organizationName,
  keyId: 'k',
  keySecret: 's',
})
const wire = { ...service, privateEndpointIds: ['g1'] }

function catalogOf(broken: readonly string[]) {
  let kept: Inventory | undefined
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
