import { expect, test } from 'vitest'
import { openChat } from './chat.ts'

test('status answers from the background: before, after a setup, and when the world changes', async () => {
  const chat = await openChat()
  const { world } = chat.sandbox
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
  await chat.people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', 'PL-1 · done')
  const calls = world.calls.length
  const text = await eventually(chat, 'status analytics-prod', '· healthy')
  expect(text).toContain('✔ in place prod-westus3: endpoint Approved · record leads to it · on the allow list · healthy')
  expect(text).toContain('· not set up staging-eastus2')
  expect(text).toContain('1 of 2 pairs')
  expect(text).toMatch(/Diagnostics workers: prod-westus3 1 \(version \d+\.\d+\.\d+\) · staging-eastus2 none/)
  expect(world.calls.slice(calls).filter(({ method, vendor }) => vendor !== 'slack' && method !== 'GET')).toEqual([])

  await chat.people.command('alice', 'status analytcs-prod')
  expect(chat.text(await chat.whisper('alice', 'is not among'))).toContain('status analytics-prod')
  await chat.close()
})

/** Asks again until the background has seen it. */
async function eventually(chat: Awaited<ReturnType<typeof openChat>>, said: string, words: string): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = chat.sandbox.slack.ephemerals.length
    await chat.people.command('alice', said)
    const answer = await chat.sandbox.slack.until(({ ephemerals }) => ephemerals[before], { what: 'an answer' })
    if (chat.text(answer).includes(words)) return chat.text(answer)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`never: ${words}`)
}
