import { expect, test } from 'vitest'
import { releaseMemory } from '../../src/release-memory.ts'

test('pages that only garbage holds go back to the system', async () => {
  let garbage: object[] | undefined = Array.from({ length: 500_000 }, (_, at) => ({ at }))
  const before = process.memoryUsage().heapTotal
  expect(garbage).toHaveLength(500_000)
  garbage = undefined
  await releaseMemory()
  expect(process.memoryUsage().heapTotal).toBeLessThan(before - 10_000_000)
})
