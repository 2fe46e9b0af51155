import { afterEach, expect, test } from 'vitest'
import { type Chat, openChat } from './chat.ts'

/** A person who waits for a vendor sees why, and until when. */

let chat: Chat | undefined
afterEach(async () => {
  await chat?.close()
  chat = undefined
})

test('a plan that Azure throttles says so while it waits, and not afterwards', async () => {
  chat = await openChat({ without: ['diagnostics'] })
  const { world, slack } = chat.sandbox
  let throttled = true
  world.gate = async ({ vendor, path }, phase) =>
    throttled && phase === 'arrived' && vendor === 'arm' && /privateDnsZones/i.test(path)
      ? {
          status: 429,
          headers: { 'retry-after': '6' },
          body: { error: { code: 'SubscriptionRequestsThrottled', message: 'Number of requests exceeded.' } },
        }
      : undefined
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
  const waiting = await chat.card('data', 'I am reading Azure', 'It is asked again')
  throttled = false
  expect(chat.text(waiting)).toMatch(/Azure refused to .+: SubscriptionRequestsThrottled: .+\. It is asked again/)
  const { text } = chat
  const planned = await slack.until(
    ({ messages }) => messages.find((message) => message.ts === waiting.ts && text(message).includes('Waiting in')),
    { timeoutMs: 30_000, what: 'the plan' },
  )
  expect(text(planned)).not.toContain('asked again')
})
