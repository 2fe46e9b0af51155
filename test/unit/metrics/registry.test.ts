import { expect, test, vi } from 'vitest'
import { atMostEvery } from '../../../src/metrics/registry.ts'
import { botMetrics } from './registries.ts'

test('the open requests are read once for any number of scrapes at the same time, and not again soon', async () => {
  const open = vi.fn(async () => ({ states: [], unreviewed: 0 }))
  const { register } = botMetrics({ open })
  await Promise.all(Array.from({ length: 20 }, () => register.metrics()))
  await register.metrics()
  expect(open).toHaveBeenCalledTimes(1)
})

test('a reading that failed is tried again, and one that is old', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const read = vi.fn(async () => 1)
  read.mockRejectedValueOnce(new Error('away'))
  const cached = atMostEvery(read, 1_000)
  await expect(cached()).rejects.toThrow('away')
  expect(await cached()).toBe(1)
  vi.advanceTimersByTime(999)
  await cached()
  expect(read).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1)
  await cached()
  expect(read).toHaveBeenCalledTimes(3)
  vi.useRealTimers()
})

test('a reading that hangs is not asked for again', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const read = vi.fn(() => new Promise<never>(() => undefined))
  const cached = atMostEvery(read, 1_000)
  for (let scrape = 0; scrape < 10; scrape++) {
    void cached()
    vi.advanceTimersByTime(15_000)
  }
  expect(read).toHaveBeenCalledTimes(1)
  vi.useRealTimers()
})

test('what Redis does not answer is left out, and the rest is told', async () => {
  const away = () => Promise.reject(new Error('away'))
  const never = () => new Promise<never>(() => undefined)
  const metrics = botMetrics({ open: away, unshown: away, queues: never, redisProblem: async () => 'does not answer' })
  metrics.commanded('setup', 'slack')
  const text = await metrics.register.metrics()
  expect(text).toContain('privatelink_redis_ready 0')
  expect(text).toContain('privatelink_commands_total{command="setup",chat="slack"} 1')
  expect(text).not.toMatch(/^privatelink_(open_requests|unshown_requests|unreviewed_requests|queue_jobs)[ {]/m)
})
