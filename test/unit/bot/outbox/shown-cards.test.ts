import { expect, test } from 'vitest'
import { say } from '../../../../src/bot/chat/card.ts'
import { withShownCards } from '../../../../src/bot/outbox/shown-cards.ts'

const card = say('hello')
const server = { current: async () => 'one' }

function job({ isOurs = true } = {}) {
  const kept: object[] = []
  return {
    kept,
    progress: undefined,
    isOurs: async () => isOurs,
    keep: async (progress: object) => void kept.push(progress),
  }
}

const failing = async () => {
  throw new Error('the chat is away')
}

test('an attempt that succeeds keeps nothing', async () => {
  const one = job()
  await withShownCards({ job: one, server }, async (shown) => shown.note('m', card))
  expect(one.kept).toEqual([])
})

test('an attempt that fails keeps what it has shown, by message', async () => {
  const one = job()
  const attempt = withShownCards({ job: one, server }, async (shown) => {
    shown.note('m', card)
    await failing()
  })
  await expect(attempt).rejects.toThrow('the chat is away')
  await withShownCards({ job: { ...one, progress: one.kept[0] }, server }, async (shown) => {
    expect([shown.has('m', card), shown.has('m', say('bye')), shown.has('n', card)]).toEqual([true, false, false])
  })
})

test.each<[string, ReturnType<typeof job>, { current(): Promise<string | undefined> }]>([
  ['has shown nothing', job(), server],
  ['has lost the job to another worker', job({ isOurs: false }), server],
  ['does not know its Redis server', job(), { current: async () => undefined }],
  ['loses Redis', job(), { current: failing }],
])('an attempt that %s fails as it would', async (what, one, from) => {
  const attempt = withShownCards({ job: one, server: from }, async (shown) => {
    if (what !== 'has shown nothing') shown.note('m', card)
    await failing()
  })
  await expect(attempt).rejects.toThrow('the chat is away')
  expect(one.kept).toEqual([])
})

test.each([undefined, 0, {}, { server: 'one', cards: { m: 1 } }])('progress of another form is ignored: %j', async (progress) => {
  await withShownCards({ job: { ...job(), progress }, server }, async (shown) => {
    expect(shown.has('m', card)).toBe(false)
  })
})
