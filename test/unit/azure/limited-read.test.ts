import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { limitedRead } from '../../../src/azure/limited-read.ts'

test('a read that takes too long may be repeated for as long as a throttled one', async () => {
  const reading = limitedRead((signal) => sleep(60_000, undefined, { signal }), 10)
  await expect(reading).rejects.toMatchObject({ name: 'RetryableError', code: 'azure-slow', retryForMs: 600_000 })
})

test('what it reads, and its own failure, are passed on', async () => {
  expect(await limitedRead(async () => 'read')).toBe('read')
  await expect(limitedRead(async () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
})
