import { describe, expect, test } from 'vitest'
import { type ApproverAvailability, isQuorumImpossible } from '../../../../../src/bot/cards/request/approver-availability.ts'
import { approversText, waitingForText } from '../../../../../src/bot/cards/request/approvers-text.ts'
import { plain } from '../../../../../src/bot/chat/card.ts'
import type { Person } from '../../../../../src/domain/person.ts'
import type { Request } from '../../../../../src/domain/request.ts'
import { alice, bob, carol, samples } from '../../../../sample-requests.ts'

const group = { surface: 'slack', id: 'S1' } as const
const member = (number: number): Person => ({ key: `slack:U${number}`, name: `m${number}`, accounts: { slack: `U${number}` } })
const vote = (kind: 'approved' | 'rejected', by: Person) => ({ kind, by, at: '2026-03-01T14:07:00.000Z' })

function asked(needed: number, changes: object = {}, votes: Request['votes'] = []): Request {
  const { approval } = samples['awaiting-approval']
  if (approval === undefined) throw new Error('the sample has an approval')
  return { ...samples['awaiting-approval'], votes, approval: { ...approval, needed, rejectionEnds: false, ...changes } }
}

const away = (...people: readonly Person[]): ApproverAvailability['away'] =>
  new Map(people.map(({ key }) => [key, 'deactivated']))

describe('can it still be approved', () => {
  test('an approval counts also when its giver is gone since', () => {
    expect(isQuorumImpossible(asked(2, {}, [vote('approved', bob)]), { away: away(bob), members: [] })).toBe(false)
    expect(isQuorumImpossible(asked(2, {}, [vote('approved', bob)]), { away: away(carol), members: [] })).toBe(true)
  })

  test('whoever is against, away, or asked is not counted', () => {
    expect(isQuorumImpossible(asked(2), { away: new Map(), members: [] })).toBe(false)
    expect(isQuorumImpossible(asked(2, {}, [vote('rejected', bob)]), { away: new Map(), members: [] })).toBe(true)
    expect(isQuorumImpossible(asked(2), { away: away(bob), members: [] })).toBe(true)
    expect(isQuorumImpossible(asked(2, { approvers: [alice, bob] }), { away: new Map(), members: [] })).toBe(true)
  })

  test('a group counts by its members, each once', () => {
    const request = asked(2, { groups: [group], approvers: [bob] })
    expect(isQuorumImpossible(request, { away: new Map(), members: [] })).toBe(true)
    expect(isQuorumImpossible(request, { away: new Map(), members: [bob, alice] })).toBe(true)
    expect(isQuorumImpossible(request, { away: new Map(), members: [carol] })).toBe(false)
    expect(isQuorumImpossible(request, { away: new Map() })).toBe(false)
  })
})

describe('whom a reminder names', () => {
  const request = asked(2, { groups: [group], approvers: [bob] }, [vote('approved', bob)])

  test('of a group only those who can still act', () => {
    const text = waitingForText(request, { away: away(member(2)), members: [alice, bob, member(1), member(2), carol] })
    expect(plain(text)).toBe('m1 or Carol Jones')
  })

  test('a crowd by its number', () => {
    const text = waitingForText(request, { away: new Map(), members: Array.from({ length: 25 }, (_, at) => member(at)) })
    expect(plain(text)).toMatch(/^m0, .*, m19 or 5 more$/)
  })

  test('the group itself while the chat does not say who is in it', () => {
    expect(plain(waitingForText(request, { away: new Map() }))).toBe('a group')
  })
})

test('an account that is not there is not called deactivated', () => {
  const text = plain(approversText(asked(1), { away: new Map([[bob.key, 'unknown']]) }))
  expect(text).toBe('Bob Builder (account unknown) or Carol Jones')
})
