import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sharedReads } from '../../../src/azure/shared-reads.ts'

const { signal } = new AbortController()

function stage() {
  const shared = sharedReads()
  const asked: string[] = []
  const read = async (key: string, by = signal) =>
    await shared.read(key, by, async () => {
      asked.push(key)
      const reading = asked.length
      await sleep(5)
      return reading
    })
  return { shared, asked, read }
}

test('those who ask at the same time share one read for each key; nothing is kept', async () => {
  const { asked, read } = stage()
  expect(await Promise.all(Array.from({ length: 50 }, () => read('a')))).toEqual(Array.from({ length: 50 }, () => 1))
  await read('b')
  expect(await read('a')).toBe(3)
  expect(asked).toEqual(['a', 'b', 'a'])
})

test('what began to be read before a change has ended is not joined after it, nor after one that failed', async () => {
  const { shared, asked, read } = stage()
  const begun: Promise<number>[] = [read('a')]
  await shared.changing(async () => void begun.push(read('a')))
  begun.push(read('a'))
  await expect(shared.changing(async () => await Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  begun.push(read('a'))
  expect(await Promise.all(begun)).toEqual([1, 2, 3, 4])
  expect(asked).toHaveLength(4)
})

test('a failure reaches all who wait, and one that is stopped stops nobody else', async () => {
  const { shared, read } = stage()
  const fails = () => shared.read('a', signal, async () => await Promise.reject(new Error('HTTP 500')))
  expect((await Promise.allSettled([fails(), fails()])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const stopping = new AbortController()
  const [stopped, other] = [read('a', stopping.signal), read('a')]
  stopping.abort(new Error('stop'))
  await expect(stopped).rejects.toThrow('stop')
  expect(await other).toBe(1)
})
