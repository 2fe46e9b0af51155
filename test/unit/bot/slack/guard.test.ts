import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createGuard } from '../../../../src/bot/slack/guard.ts'

/** What the log is told of this host's clock, by what Slack has signed. */

const signingSecret = 'sandbox-signing-secret'
const nowMs = Date.parse('2026-03-01T12:00:00.000Z')
const body = 'command=%2Fprivatelink&text=help'

/** Of a request that Slack has sent so many seconds from now by this host's clock. */
async function checked(aheadBy: number, secret = signingSecret): Promise<string> {
  const sentAt = nowMs / 1_000 + aheadBy
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${sentAt}:${body}`).digest('hex')}`
  const headers = { 'x-slack-request-timestamp': String(sentAt), 'x-slack-signature': signature }
  const told: string[] = []
  const clockIsOff = (text: string): void => {
    told.push(text)
  }
  const guard = createGuard({ seen: { first: async () => true }, now: () => nowMs, signingSecret, clockIsOff })
  const answer = await guard.check(headers, body).catch((error: unknown) => (error instanceof Error ? error.message : ''))
  return [answer, ...told].join(' ')
}

test('a clock that is 90 s behind is why a request is refused', async () => {
  expect(await checked(90)).toBe(
    'A request was refused: from-the-future. This host’s clock is 90 s behind Slack’s: set it by NTP.',
  )
})

test('one that is 90 s ahead is told, and the request is accepted', async () => {
  expect(await checked(-90)).toMatch(/^new Slack sent it 90 s ago by this host’s clock: .* Check NTP\.$/)
})

test('one that is 400 s ahead is why all are refused', async () => {
  expect(await checked(-400)).toMatch(/^A request was refused: too-old\. Slack sent it 400 s ago by this host’s clock/)
})

test('what Slack did not sign says nothing about a clock, and a small difference is none', async () => {
  expect(await checked(-400, 'forged')).toBe('A request was refused: too-old.')
  expect(await checked(90, 'forged')).toBe('A request was refused: bad-signature.')
  expect(await checked(-20)).toBe('new')
  expect(await checked(20)).toBe('new')
})
