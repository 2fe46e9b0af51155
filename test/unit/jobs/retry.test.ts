import { expect, test } from 'vitest'
import { translateAzureError } from '../../../src/azure/errors.ts'
import { RetryableError } from '../../../src/domain/errors.ts'
import { retrying } from '../../../src/jobs/retry.ts'

const signal = new AbortController().signal

async function triesUntil(passes: number, retryForMs?: number): Promise<number> {
  let tries = 0
  await retrying(async () => {
    if (++tries < passes) throw new RetryableError('locked', 'later', { remedy: '', retryAfterMs: 0, retryForMs })
  }, signal).catch(() => undefined)
  return tries
}

test('six tries, or as many as fit into retryForMs', async () => {
  expect(await triesUntil(20)).toBe(6)
  expect(await triesUntil(20, 600_000)).toBe(20)
  expect(await triesUntil(20, 0)).toBe(6)
})

test('an error of another code does not end the work that was throttled before', async () => {
  const codes = ['429', '429', '429', '429', '429', '429', '429', '500', '429', '500']
  const work = async () => {
    const code = codes.shift()
    if (code === undefined) return 'read'
    throw new RetryableError(code, 'later', { remedy: '', retryAfterMs: 0, ...(code === '429' && { retryForMs: 600_000 }) })
  }
  expect(await retrying(work, signal)).toBe('read')
})

test('waiting ends with the signal, and with an error of another kind', async () => {
  const locked = new RetryableError('locked', 'later', { remedy: '', retryAfterMs: 60_000, retryForMs: 600_000 })
  const waiting = async () => {
    throw locked
  }
  await expect(retrying(waiting, AbortSignal.timeout(20))).rejects.toThrow(/abort/i)
  let tries = 0
  const stopped = async () => {
    if (++tries === 2) throw new Error('stopped')
    throw new RetryableError('locked', 'later', { remedy: '', retryAfterMs: 0, retryForMs: 600_000 })
  }
  await expect(retrying(stopped, signal)).rejects.toThrow('stopped')
})

test('a call that Azure throttles is repeated for longer than the window of its longest limit', () => {
  const throttled = Object.assign(new Error('exceeded'), { statusCode: 429, code: 'SubscriptionRequestsThrottled' })
  expect(translateAzureError(throttled, 'list zones')).toMatchObject({ retryForMs: 600_000 })
})

test.each(['RetryableErrorDueToAnotherOperation', 'RetryableError', 'ReferencedResourceNotProvisioned'])(
  'Azure’s %s is waited for longer than one endpoint takes',
  (code) => {
    const refused = Object.assign(new Error('locked'), { statusCode: 429, code })
    expect(translateAzureError(refused, 'create it')).toMatchObject({ retryForMs: 600_000 })
    const failed = new Error('The long-running operation has failed')
    expect(
      translateAzureError(failed, 'create it', {
        code,
        message: undefined,
        details: [],
        policy: undefined,
        requestId: undefined,
      }),
    ).toMatchObject({ retryForMs: 600_000 })
  },
)
