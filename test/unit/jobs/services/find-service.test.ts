import { describe, expect, test } from 'vitest'
import { TerminalError } from '../../../../src/domain/errors.ts'
import { tableOf } from '../../../../src/domain/survey.ts'
import type { Service } from '../../../../src/domain/target.ts'
import { nameOf, strangeHost } from '../../../../src/jobs/services/find-service.ts'
import type { Inventory } from '../../../../src/redis/records.ts'

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
    catalog: { resolve },
    targets: { of: async () => ({ ...last, alias: 'fresh' }), known: () => undefined },
    inventory: { read: async (): Promise<Inventory | undefined> => ({ readAt, services: [service], allowLists: {} }) },
    survey: {
      read: async () => ({
        readAt,
        ...tableOf([{ service, network: 'n', record: 'absent', listed: false }]),
        unread: [],
        names,
      }),
      names: async () => names,
      learn: async () => undefined,
    },
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
  expect(await nameOf(asked, jobs(hangs, names), signal, { namesWithinMs: 20, unknownWithinMs: 60 })).toEqual(last)
})

test('without the list, what the survey saw', async () => {
  const lost = { ...jobs(refused, names), inventory: { read: async () => undefined } }
  expect(await nameOf(asked, lost, signal)).toEqual(last)
})

test('where nothing was ever read, it is given up in time', async () => {
  const hangs = () => new Promise<never>(() => undefined)
  await expect(nameOf(asked, jobs(hangs, {}), signal, { namesWithinMs: 20, unknownWithinMs: 60 })).rejects.toMatchObject({
    code: 'names-slow',
  })
})

test('a host is taken with or without its final dot', async () => {
  const words: unknown[] = []
  const resolve = async (said?: unknown) => {
    words.push(said)
    return service
  }
  await nameOf({ service: `${last.host.toUpperCase()}.` }, jobs(resolve, names), signal)
  expect(words).toEqual([{ service: 's' }])
})

describe('a host that is no known name', () => {
  const resolve = async () => service
  const patience = { namesWithinMs: 50, unknownWithinMs: 100 }

  test('is strange when every name of its region was read, or none can be of that form', async () => {
    const known = jobs(resolve, names)
    expect(await strangeHost(last.host, known, signal)).toBeUndefined()
    expect(await strangeHost('analytics-prod', known, signal)).toBeUndefined()
    expect(await strangeHost('i.westus3.privatelink.azure.clickhouse.cloud', known, signal)).toEqual({ nearestHost: last.host })
    expect(await strangeHost(`${last.host}.cloud`, jobs(resolve, {}), signal)).toEqual({})
    expect(await strangeHost('h.eastus2.privatelink.azure.clickhouse.cloud', jobs(resolve, {}), signal)).toEqual({})
  })

  test('is looked for among those that were never read', async () => {
    const learned: object[] = []
    const fresh = jobs(resolve, {})
    const survey = { ...fresh.survey, learn: async (found: object) => void learned.push(found) }
    expect(await strangeHost(last.host, { ...fresh, survey }, signal)).toBeUndefined()
    expect(learned).toMatchObject([{ s: { host: last.host } }])
  })

  test('is not called unknown while one of them cannot be read', async () => {
    const silent = { ...jobs(resolve, {}), targets: { of: refused, known: () => undefined } }
    await expect(strangeHost(last.host, silent, signal, patience)).rejects.toMatchObject({ code: 'host-not-read' })
    const lost = { ...jobs(resolve, {}), inventory: { read: async () => undefined } }
    await expect(strangeHost(last.host, lost, signal, patience)).rejects.toMatchObject({ code: 'host-not-read' })
  })
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
