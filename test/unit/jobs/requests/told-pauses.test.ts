import { expect, test } from 'vitest'
import { RetryableError } from '../../../../src/domain/errors.ts'
import type { Pause } from '../../../../src/domain/request.ts'
import { tellingPauses } from '../../../../src/jobs/requests/told-pauses.ts'

const toldFromMs = 20

function refusal(retryAfterMs: number, why = 'Azure is busy.'): RetryableError {
  return new RetryableError('busy', why, { remedy: '', retryAfterMs, retryForMs: 600_000 })
}

/** Fails with these, one after the other, then succeeds. */
function failing(...errors: Error[]): () => Promise<string> {
  return async () => {
    const error = errors.shift()
    if (error !== undefined) throw error
    return 'read'
  }
}

function listener() {
  const told: (Pause | undefined)[] = []
  const patiently = tellingPauses(new AbortController().signal, async (pause) => void told.push(pause), toldFromMs)
  return { told, patiently }
}

test('a long pause is told, and its end; a short one is not', async () => {
  const { told, patiently } = listener()
  const before = Date.now()
  expect(await patiently(failing(refusal(toldFromMs - 1), refusal(toldFromMs)))).toBe('read')
  expect(told).toEqual([{ why: 'Azure is busy.', until: expect.any(String) }, undefined])
  expect(Date.parse(told[0]?.until ?? '')).toBeGreaterThanOrEqual(before + toldFromMs)
})

test('short pauses that follow each other are told once, until the moment has moved on', async () => {
  const { told, patiently } = listener()
  await patiently(failing(...Array.from({ length: 8 }, () => refusal(toldFromMs))))
  expect(told.length).toBeGreaterThanOrEqual(2)
  expect(told.length).toBeLessThanOrEqual(4)
  expect(told.at(-1)).toBeUndefined()
})

test('nothing is told of work that succeeds, or fails at once', async () => {
  const { told, patiently } = listener()
  await patiently(failing())
  await expect(patiently(failing(new Error('broken')))).rejects.toThrow('broken')
  expect(told).toEqual([])
})

test('a failure ends the pause as well', async () => {
  const { told, patiently } = listener()
  await expect(patiently(failing(refusal(toldFromMs), new Error('broken')))).rejects.toThrow('broken')
  expect(told).toEqual([expect.anything(), undefined])
})

test('of several at once the longest is told, and then the one that is left', async () => {
  const { told, patiently } = listener()
  const longest = patiently(failing(refusal(300, 'longest')))
  const other = patiently(failing(refusal(50, 'shorter'), refusal(700, 'last')))
  await Promise.all([longest, other])
  expect(told.map((pause) => pause?.why)).toEqual(['longest', 'last', undefined])
})
