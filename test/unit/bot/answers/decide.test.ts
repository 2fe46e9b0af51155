import { expect, test } from 'vitest'
import { override } from '../../../../src/bot/answers/break-glass.ts'
import { answerClick as reply } from '../../../../src/bot/answers/click.ts'
import type { Desk } from '../../../../src/bot/answers/desk.ts'
import type { Card, RequestVerb } from '../../../../src/bot/chat/card.ts'
import type { Click } from '../../../../src/bot/chat/surface.ts'
import { closable } from '../../../../src/closable.ts'
import type { Person } from '../../../../src/domain/person.ts'
import { type Request, requestStates } from '../../../../src/domain/request.ts'
import { transition } from '../../../../src/domain/transition.ts'
import { createLog } from '../../../../src/log.ts'
import type { Work } from '../../../../src/redis/queues.ts'
import { alice, bob, carol, digest, samples } from '../../../sample-requests.ts'
import { textOf } from '../card-text.ts'

const mallory: Person = { key: 'slack:U0MALLORY', name: 'mallory', accounts: { slack: 'U0MALLORY' } }
const inTime = '2026-03-01T14:07:00.000Z'
const tooLate = '2026-03-03T00:00:00.000Z'

/** The card that answers. */
async function answerClick(desk: Desk, click: Click<RequestVerb>): Promise<Card> {
  const answer = await reply(desk, click)
  if (answer.kind !== 'card') throw new Error(`answered with a ${answer.kind}`)
  return answer.card
}

/** A desk with one request, in memory; says what it woke. */
function deskWith(first: Request, { now = inTime, beforeRecord }: { now?: string; beforeRecord?: () => Request } = {}) {
  let stored = first
  const woken: Work[] = []
  const declined: string[] = []
  const refuse = () => {
    throw new Error('a click must not do this')
  }
  const desk: Desk = {
    ledger: {
      nextId: refuse,
      create: refuse,
      newest: refuse,
      open: refuse,
      unshown: refuse,
      shown: refuse,
      get: async (id) => (id === stored.id ? stored : undefined),
      record: async (_id, event) => {
        stored = beforeRecord?.() ?? stored
        const request = transition(stored, event)
        const changed = request !== stored
        stored = request
        return { request, changed }
      },
    },
    attach: refuse,
    told: refuse,
    declined: (why) => void declined.push(why),
    costly: { take: async () => 0 },
    surface: 'slack',
    messages: { of: refuse, remember: refuse },
    audit: { of: refuse, append: refuse },
    groupsOf: async () => [],
    availabilityOf: refuse,
    survey: { read: refuse, readWithNames: refuse },
    verdicts: { read: refuse },
    producer: {
      work: async (item) => void woken.push(item),
      show: async () => undefined,
      isAwake: refuse,
      rouse: refuse,
      hurry: refuse,
      schedule: refuse,
      unschedule: refuse,
      schedules: refuse,
      turn: refuse,
      ...closable(async () => undefined),
    },
    inventory: { read: refuse },
    diagnoses: { keptMs: 86_400_000, nextId: refuse, save: refuse, get: refuse },
    watches: { nextId: refuse, all: refuse, get: refuse, save: refuse, remove: refuse, stateOf: refuse, samples: refuse },
    organizations: [],
    networks: [],
    policies: [],
    log: createLog('test'),
    now: () => now,
  }
  return { desk, woken, declined, stored: () => stored }
}

const click = (by: Person, verb: RequestVerb = 'approve', seen = digest): Click<RequestVerb> => ({
  by,
  verb,
  id: 'PL-42',
  digest: seen,
})

test('an approver approves: it is recorded, work is woken, the approver is told', async () => {
  const { desk, woken, stored } = deskWith(samples['awaiting-approval'])
  expect(textOf(await answerClick(desk, click(bob)))).toContain('You approved *PL-42*')
  expect(stored()).toMatchObject({ state: 'applying', decision: { kind: 'approved', by: bob, at: inTime } })
  expect(woken).toEqual([{ kind: 'request', id: 'PL-42' }])
})

test('an approver rejects: nothing is woken', async () => {
  const { desk, woken, stored } = deskWith(samples['awaiting-approval'])
  expect(textOf(await answerClick(desk, click(carol, 'reject')))).toContain('You rejected *PL-42*. Nothing was changed')
  expect(stored().state).toBe('rejected')
  expect(woken).toEqual([])
})

test('after a plan that changed while it ran, a rejection says what was done', async () => {
  const { desk } = deskWith({ ...samples['awaiting-approval'], steps: samples.applying.steps })
  const text = textOf(await answerClick(desk, click(bob, 'reject')))
  expect(text).toContain('Changed, and left so: private endpoint, private DNS zone.')
  expect(text).not.toContain('Nothing was changed')
})

test.each([
  ['the requester', click(alice), 'You asked for PL-42 yourself, so someone else has to approve it: <@U02BOB> or <@U03CAROL>.'],
  ['the requester, rejecting', click(alice, 'reject'), 'someone else has to reject it'],
  ['somebody else', click(mallory), 'You are not among the approvers of PL-42'],
  ['an approver of another plan', click(bob, 'approve', '0'.repeat(64)), 'The plan of PL-42 changed since you opened it'],
])('%s cannot decide, and is told why', async (_who, attempt, words) => {
  const { desk, woken, stored } = deskWith(samples['awaiting-approval'])
  expect(textOf(await answerClick(desk, attempt))).toContain(words)
  expect(stored()).toBe(samples['awaiting-approval'])
  expect(woken).toEqual([])
})

test('the requester is no approver of theirs even when the list names them', async () => {
  const approval = samples['awaiting-approval'].approval
  if (approval === undefined) throw new Error('the sample has an approval')
  const { desk, stored } = deskWith({ ...samples['awaiting-approval'], approval: { ...approval, approvers: [alice, bob] } })
  expect(textOf(await answerClick(desk, click(alice)))).toContain('someone else has to approve it: <@U02BOB>.')
  expect(stored().state).toBe('awaiting-approval')
})

test.each(requestStates.filter((state) => state !== 'awaiting-approval'))(
  'in state %s there is nothing to decide',
  async (state) => {
    const { desk, woken, stored } = deskWith(samples[state])
    const text = textOf(await answerClick(desk, click(bob)))
    expect(text).toMatch(/nothing to decide any more/)
    expect(text).toContain(`request PL-42 · ${state}`)
    expect(stored()).toBe(samples[state])
    expect(woken).toEqual([])
  },
)

test('who was second hears what the first decided', async () => {
  const first = transition(samples['awaiting-approval'], { type: 'approve', by: carol, digest, at: '2026-03-01T14:05:00.000Z' })
  const { desk, woken } = deskWith(samples['awaiting-approval'], { beforeRecord: () => first })
  const text = textOf(await answerClick(desk, click(bob)))
  expect(text).toContain('PL-42 was approved by <@U03CAROL> 2 min ago and is running: nothing to decide any more.')
  expect(woken).toEqual([])
})

test('too late: it expires there and then', async () => {
  const { desk, stored } = deskWith(samples['awaiting-approval'], { now: tooLate })
  expect(textOf(await answerClick(desk, click(bob)))).toContain('PL-42 expired')
  expect(stored().state).toBe('expired')
})

test('an unknown request', async () => {
  const { desk } = deskWith(samples['awaiting-approval'])
  expect(textOf(await answerClick(desk, { ...click(bob), id: 'PL-7' }))).toContain('I do not know a request PL-7')
})

test('why it could not wait is kept, and bounded', async () => {
  const { desk, stored } = deskWith(samples['awaiting-approval'])
  const values = { reason: '😀'.repeat(501) }
  expect(await override(desk, bob, { kind: 'override', carried: { request: 'PL-42', digest }, values })).toEqual({
    problems: { reason: 'At most 500 characters.' },
  })
  expect(stored()).toBe(samples['awaiting-approval'])
})

test('details are for everybody', async () => {
  const { desk } = deskWith(samples['awaiting-approval'])
  const text = textOf(await answerClick(desk, click(mallory, 'details')))
  expect(text).toContain('entries: 1 → 2')
  expect(text).toContain(digest.slice(0, 12))
})
