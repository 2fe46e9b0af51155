import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { Clouds } from '../../../../src/jobs/clouds.ts'
import { sharingFirstLooks } from '../../../../src/jobs/requests/first-looks.ts'

const { signal } = new AbortController()

function stage({ fails = 0 } = {}) {
  const asked: string[] = []
  let left = fails
  const service = async (organization: string, id: string) => {
    asked.push(`service ${organization} ${id}`)
    await sleep(1)
    if (left-- > 0) throw new Error('HTTP 500')
    return { id, reading: asked.length }
  }
  const clickhouse = {
    service,
    changeAllowList: async () => undefined,
  }
  const clouds = sharingFirstLooks({ network: {}, dns: {}, clickhouse } as unknown as Clouds)
  return { clouds, asked, look: async (id = 's1') => await clouds.clickhouse.service('o', id, signal) }
}

test('two that look at the same thing share one call, one that looks at another has its own', async () => {
  const { asked, look } = stage()
  const [first, second] = await Promise.all([look(), look()])
  expect(second).toBe(first)
  expect(await look()).toBe(first)
  await look('s2')
  expect(asked).toEqual(['service o s1', 'service o s2'])
})

test('a look that is older than a second is not used', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const { asked, look } = stage()
    await look()
    vi.advanceTimersByTime(1_001)
    await look()
    expect(asked).toHaveLength(2)
  } finally {
    vi.useRealTimers()
  }
})

test('from the first write on, even while it is under way, everything is read anew', async () => {
  const { clouds, asked, look } = stage()
  await look()
  const writing = clouds.clickhouse.changeAllowList('o', 's1', {}, signal)
  await look()
  await look()
  await writing
  expect(asked).toHaveLength(3)
})

test('a look that failed is not shared with those who come later', async () => {
  const { asked, look } = stage({ fails: 1 })
  await expect(look()).rejects.toThrow('HTTP 500')
  await look()
  expect(asked).toHaveLength(2)
})
