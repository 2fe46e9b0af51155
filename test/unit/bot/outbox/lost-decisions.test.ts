import { describe, expect, test } from 'vitest'
import { decisionsOf, lacks, lostDecisionNotice } from '../../../../src/bot/outbox/lost-decisions.ts'
import type { Request } from '../../../../src/domain/request.ts'
import { bob, samples } from '../../../sample-requests.ts'

/** What people had decided, compared with what a Redis server that took over knows. */

const { planning, applying, done, cancelled, 'awaiting-approval': awaiting } = samples
const [at, later] = ['2026-03-01T14:06:00.000Z', '2026-03-01T14:07:00.000Z']
const voted: Request = { ...awaiting, votes: [{ kind: 'approved', by: bob, at }] }
const changed: Request = { ...awaiting, votes: [{ kind: 'rejected', by: bob, at: later, changes: 1 }] }
const replanned: Request = { ...awaiting, digest: 'another' }

describe('a decision', () => {
  test.each<[string, Request, Request]>([
    ['an approval', applying, awaiting],
    ['one of several approvals', voted, awaiting],
    ['a changed vote', changed, voted],
    ['a cancellation of a plan', cancelled, awaiting],
    [
      'a cancellation before the plan',
      { ...planning, state: 'cancelled', decision: { kind: 'cancelled', by: bob, at } },
      awaiting,
    ],
    ['a cancellation on the way', { ...applying, stopping: { kind: 'cancelled', by: bob, at: later } }, applying],
    ['a review', { ...done, review: { by: bob, at: later } }, done],
  ])('is missed: %s', (_, told, now) => {
    expect(lacks(now, decisionsOf(told))).toBe(true)
  })

  test.each<[string, Request, Request]>([
    ['nothing was decided', planning, awaiting],
    ['more was decided since', awaiting, applying],
    ['the vote was changed since', voted, changed],
    ['the work went on', applying, done],
    ['a new plan has made it void', applying, replanned],
  ])('is not missed where %s', (_, told, now) => {
    expect(lacks(now, decisionsOf(told))).toBe(false)
  })
})

test('it is said until somebody decides again', () => {
  const remembered = JSON.stringify(decisionsOf(awaiting))
  expect(lostDecisionNotice(awaiting, remembered)).toBeDefined()
  expect(lostDecisionNotice(voted, remembered)).toBeUndefined()
  expect(lostDecisionNotice(samples.expired, remembered)).toBeUndefined()
  expect(lostDecisionNotice(awaiting, undefined)).toBeUndefined()
})
