import { pino } from 'pino'
import { expect, test } from 'vitest'
import { plain } from '../../../../src/bot/chat/card.ts'
import { safeHandlers, unreachableHandlers } from '../../../../src/bot/chat/safe-handlers.ts'
import type { Handlers } from '../../../../src/bot/chat/surface.ts'
import { recordedHandlers } from '../../../contract/chat-handlers.ts'
import { alice, approvals, digest } from '../../../sample-requests.ts'

/** What people are told when an answer failed: never more than is known. */

const late = async (): Promise<never> => {
  throw new Error('Command timed out')
}
const failing: Handlers = { ...recordedHandlers().handlers, command: late, click: late, submit: late, home: late }
const log = pino({ level: 'silent' })
const click = { by: alice, verb: 'approve', id: 'PL-1', digest } as const
const filled = { kind: 'setup', carried: {}, values: {} } as const

async function answers(handlers: Handlers): Promise<readonly string[]> {
  const replies = [await handlers.command({ by: alice, place: approvals, text: 'setup a in b' }), await handlers.click(click)]
  const cards = replies.map((reply) => (reply.kind === 'card' ? reply.card.parts : []))
  const texts = cards.map((parts) => parts.map((part) => ('text' in part ? plain(part.text) : '')).join(' '))
  const submitted = await handlers.submit(alice, approvals, filled)
  return [...texts, 'problems' in submitted ? Object.values(submitted.problems).join(' ') : '']
}

test('after a write that Redis did not answer it is not said that nothing was done', async () => {
  for (const text of await answers(safeHandlers(failing, { log, isUnanswered: async () => true }))) {
    expect(text).toContain('I do not know whether this was recorded')
    expect(text).toContain('Look at the request before you repeat it')
    expect(text).not.toMatch(/nothing|did not/)
  }
})

test('where nothing was tried, that is said', async () => {
  for (const text of await answers(unreachableHandlers)) expect(text).toContain('nothing was asked for, decided or changed')
})
