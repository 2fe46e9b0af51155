import { expect, test } from 'vitest'
import { lookingBeside } from '../../../src/azure/look-beside.ts'

const { signal } = new AbortController()
const never = new Promise<void>(() => undefined)

test('a look that sees the end does not wait for the operation, which is ended', async () => {
  const over = new AbortController()
  let looks = 0
  await lookingBeside(never, async () => ++looks === 2, over, signal)
  expect(looks).toBe(2)
  expect(over.signal.aborted).toBe(true)
})

test('only the operation tells of a failure: looks that fail, or see no end, say nothing', async () => {
  const { promise, reject } = Promise.withResolvers<void>()
  let looks = 0
  const look = async () => {
    looks += 1
    if (looks === 2) reject(new Error('refused by policy'))
    throw new Error('HTTP 500')
  }
  await expect(lookingBeside(promise, look, new AbortController(), signal)).rejects.toThrow('refused by policy')
})

test('an operation that ends first stops the looks', async () => {
  const over = new AbortController()
  let asked = false
  await lookingBeside(Promise.resolve(), async () => (asked = true), over, signal)
  expect(asked).toBe(false)
  expect(over.signal.aborted).toBe(true)
})

test('an abort ends it', async () => {
  await expect(lookingBeside(never, async () => false, new AbortController(), AbortSignal.timeout(50))).rejects.toThrow(/abort/i)
})

test('several look less often: all together ten times a second, or a little more while they begin', async () => {
  let looks = 0
  const beside = async (): Promise<void> => {
    const look = async () => {
      looks += 1
      return false
    }
    const ended = AbortSignal.timeout(1_000)
    await lookingBeside(never, look, new AbortController(), ended).catch(() => undefined)
  }
  await Promise.all([1, 2, 3, 4].map(beside))
  expect(looks).toBeLessThanOrEqual(12)
})
