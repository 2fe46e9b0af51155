import { expect, test } from 'vitest'
import { TerminalError } from '../../src/domain/errors.ts'
import type { Service } from '../../src/domain/target.ts'
import { nameOf } from '../../src/jobs/diagnose.ts'

/** Which service is meant is known also while ClickHouse Cloud does not say so. */

const service: Service = {
  organizationId: 'o',
  organizationName: 'acme',
  id: 's',
  name: 'analytics-prod',
  provider: 'azure',
  region: 'westus3',
  state: 'running',
}
const readAt = '2026-01-01T00:00:00Z'
const last = { service, alias: 'alias', host: 'h.westus3.privatelink.azure.clickhouse.cloud' }
const { signal } = new AbortController()

function jobs(resolve: () => Promise<Service>, names: Record<string, { alias: string; host: string; readAt: string }>) {
  return {
    catalog: { resolve, refresh: resolve as never, current: resolve as never, learn: async () => undefined },
    targets: { of: async () => ({ ...last, alias: 'fresh' }), known: () => undefined },
    inventory: { read: async () => ({ readAt, services: [service], allowLists: {} }), write: async () => undefined },
    survey: { read: async () => ({ readAt, cells: [], unread: [], names }), write: async () => undefined },
  }
}
const names = { s: { alias: last.alias, host: last.host, readAt } }
const asked = { service: 'analytics-prod' }
const refused = async (): Promise<never> => {
  throw new TerminalError('unauthorized', 'HTTP 401', { remedy: 'Check the key.' })
}

test('what it says counts', async () => {
  expect(
    await nameOf(
      asked,
      jobs(async () => service, names),
      signal,
    ),
  ).toMatchObject({ alias: 'fresh' })
})

test('where it refuses, what was read last', async () => {
  expect(await nameOf(asked, jobs(refused, names), signal)).toEqual(last)
})

test('where it hangs too, soon', async () => {
  const hangs = () => new Promise<never>(() => undefined)
  expect(await nameOf(asked, jobs(hangs, names), signal)).toEqual(last)
})

test('an old list does not say that a service is unknown', async () => {
  const old = jobs(refused, names)
  const empty = { ...old, inventory: { ...old.inventory, read: async () => ({ readAt, services: [], allowLists: {} }) } }
  await expect(nameOf(asked, empty, signal)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('a name that nobody knows is not guessed, and a refusal is told where nothing is known', async () => {
  const unknown = async (): Promise<never> => {
    throw new TerminalError('service-unknown', 'no such service', { remedy: 'Check it.' })
  }
  await expect(nameOf(asked, jobs(unknown, names), signal)).rejects.toMatchObject({ code: 'service-unknown' })
  await expect(nameOf(asked, jobs(refused, {}), signal)).rejects.toMatchObject({ code: 'unauthorized' })
})
