import { expect, test } from 'vitest'
import { joinedReads } from '../../../src/clickhouse/joined-reads.ts'

/** A read that waits until the test lets it out, and answers when the test says. */
function gated() {
  const [turn, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  const begun: AbortSignal[] = []
  const work = async (signal: AbortSignal, sent: () => void): Promise<string> => {
    begun.push(signal)
    await turn.promise
    sent()
    return await answer.promise
  }
  return { begun, work, turn: turn.resolve, answer: answer.resolve, fail: answer.reject }
}

const signal = new AbortController().signal

test('whoever asks while a read waits for its turn gets its answer; whoever asks after it went out does not', async () => {
  const reads = joinedReads()
  const one = gated()
  const asked = [reads.read('a', signal, one.work), reads.read('a', signal, one.work)]
  one.turn()
  await Promise.resolve()
  const late = gated()
  asked.push(reads.read('a', signal, late.work))
  one.answer('old')
  late.turn()
  late.answer('new')
  expect(await Promise.all(asked)).toEqual(['old', 'old', 'new'])
  expect([one.begun.length, late.begun.length]).toEqual([1, 1])
})

test('other keys are other reads', async () => {
  const reads = joinedReads()
  const [one, other] = [gated(), gated()]
  const asked = [reads.read('a', signal, one.work), reads.read('b', signal, other.work)]
  for (const each of [one, other]) each.turn()
  one.answer('one')
  other.answer('other')
  expect(await Promise.all(asked)).toEqual(['one', 'other'])
})

test('everybody hears of a failure, and the next read begins anew', async () => {
  const reads = joinedReads()
  const one = gated()
  const asked = [reads.read('a', signal, one.work), reads.read('a', signal, one.work)]
  one.turn()
  one.fail(new Error('HTTP 500'))
  for (const each of asked) await expect(each).rejects.toThrow('HTTP 500')
  expect(await reads.read('a', signal, async () => 'again')).toBe('again')
})

test('one who stops waiting stops nobody else, and the last one stops the read', async () => {
  const reads = joinedReads()
  const one = gated()
  const [first, second] = [new AbortController(), new AbortController()]
  const asked = [reads.read('a', first.signal, one.work), reads.read('a', second.signal, one.work)]
  first.abort(new Error('first stopped'))
  await expect(asked[0]).rejects.toThrow('first stopped')
  expect(one.begun[0]?.aborted).toBe(false)
  second.abort(new Error('second stopped'))
  await expect(asked[1]).rejects.toThrow('second stopped')
  expect(one.begun[0]?.aborted).toBe(true)
  expect(await reads.read('a', signal, async () => 'anew')).toBe('anew')
})
