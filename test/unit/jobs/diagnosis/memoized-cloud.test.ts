import { expect, test } from 'vitest'
import type { ClickHouseCloud } from '../../../../src/clickhouse/client.ts'
import { memoizedCloud, readOnce } from '../../../../src/jobs/diagnosis/memoized-cloud.ts'

test('the same is asked once for all networks, and no caller ends it for the others', async () => {
  const calls: string[] = []
  const ended: boolean[] = []
  const clickhouse = {
    service: async (organization: string, id: string, signal: AbortSignal) => {
      calls.push(`${organization}/${id}`)
      await Promise.resolve()
      ended.push(signal.aborted)
      return { id }
    },
    organization: async (id: string) => {
      calls.push(id)
      throw new Error('refused')
    },
  } as unknown as ClickHouseCloud
  const shared = memoizedCloud(clickhouse, new AbortController().signal)
  const gone = AbortSignal.abort()
  await Promise.all([shared.service('o', 's', gone), shared.service('o', 's', gone), shared.service('o', 't', gone)])
  await expect(shared.organization('o', gone)).rejects.toThrow('refused')
  await expect(shared.organization('o', gone)).rejects.toThrow('refused')
  expect(calls).toEqual(['o/s', 'o/t', 'o'])
  expect(ended).toEqual([false, false])
})

test('what is stored is read once, and again after a failure', async () => {
  let reads = 0
  const read = readOnce(async () => {
    reads += 1
    if (reads === 1) throw new Error('Redis is away.')
    return reads
  })
  await expect(Promise.all([read(), read()])).rejects.toThrow('Redis is away.')
  expect(await Promise.all([read(), read(), read()])).toEqual([2, 2, 2])
})
