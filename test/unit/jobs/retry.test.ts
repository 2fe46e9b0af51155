import { describe, expect, test } from 'vitest'
import { translateAzureError } from '../../../src/azure/errors.ts'
import { RetryableError } from '../../../src/domain/errors.ts'
import { repeatedAlone, retrying, until } from '../../../src/jobs/retry.ts'

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

describe('one part of a read that is repeated as a whole', () => {
  const refusal = new RetryableError('busy', 'later', { remedy: 'Wait.', retryAfterMs: 0 })
  const patiently = <Value>(work: () => Promise<Value>) => retrying(work, signal)

  test('is repeated by itself: of fifty that are each refused at first, all are read at the first attempt', async () => {
    let wholes = 0
    const read = async () => {
      wholes += 1
      return await Promise.all(
        Array.from({ length: 50 }, (_, part) => {
          let refusals = part % 4
          return repeatedAlone(patiently, async () => {
            if (refusals-- > 0) throw refusal
            return part
          })
        }),
      )
    }
    expect(await patiently(read)).toHaveLength(50)
    expect(wholes).toBe(1)
  })

  test('ends the whole when it was repeated in vain', async () => {
    let tries = 0
    const whole = patiently(() =>
      repeatedAlone(patiently, async () => {
        tries += 1
        throw refusal
      }),
    )
    await expect(whole).rejects.toMatchObject({ name: 'TerminalError', code: 'busy', message: 'later', remedy: 'Wait.' })
    expect(tries).toBe(6)
  })
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

test('what is waited for is looked at more often where pauses are a smaller share of the time that has passed', async () => {
  const looks = async (share: number): Promise<number> => {
    let count = 0
    await until(async () => void count++, { everyMs: 1_000, withinMs: 1_000, share }, new AbortController().signal)
    return count
  }
  const [often, seldom] = await Promise.all([looks(0.25), looks(1)])
  expect(often).toBeGreaterThan(seldom)
})
