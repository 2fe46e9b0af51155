import { describe, expect, test } from 'vitest'
import type { Person } from '../../../../src/domain/person.ts'
import type { Policy } from '../../../../src/domain/policy.ts'
import type { Request } from '../../../../src/domain/request.ts'
import { approvalFor, checkStillApproved } from '../../../../src/jobs/requests/approval.ts'
import { alice, approvals, bob, carol, samples } from '../../../sample-requests.ts'

/** Who is asked for approval, or why nobody can be. Alice asks. */

const policy = (approvers: readonly Person[], more: Partial<Policy> = {}): Policy => ({
  networks: ['*'],
  actions: ['setup'],
  approvers,
  groups: [],
  approvals: 1,
  rejectionEnds: true,
  expiryMs: 3_600_000,
  remindersMs: [600_000, 7_200_000],
  reasonRequired: false,
  breakGlass: [],
  places: [approvals],
  ...more,
})

describe('nobody can approve it', () => {
  test.each([
    ['an empty list', policy([]), 'the policy names no approvers'],
    ['only the requester', policy([alice]), 'you are the only approver, and nobody approves their own request'],
    ['the requester by another account', policy([{ ...alice, key: 'slack:U01ALICE' }]), 'you are the only approver'],
    [
      'one too few without the requester',
      policy([alice, bob], { approvals: 2 }),
      '2 have to approve it, and without you there are 1',
    ],
  ])('%s', (_what, given, why) => {
    expect(() => approvalFor(samples.planning, given)).toThrow(`Nobody can approve setup in prod-westus3: ${why}`)
  })
})

test('the requester is left out; times count from now; a reminder after the end is none', () => {
  const { approvers, askedAt, expiresAt, remindAt, places } = approvalFor(samples.planning, policy([alice, bob, carol]))
  expect(approvers).toEqual([bob, carol])
  const after = (at = '') => Date.parse(at) - Date.parse(askedAt)
  expect([after(expiresAt), ...remindAt.map(after)]).toEqual([3_600_000, 600_000])
  expect(places).toEqual([approvals])
})

test('how many are in a group only the chat knows', () => {
  const groups = [{ surface: 'slack', id: 'S1' }] as const
  expect(approvalFor(samples.planning, policy([], { groups, approvals: 3 }))).toMatchObject({ needed: 3, groups })
})

describe('a policy that was changed after the approval', () => {
  const group = { surface: 'slack', id: 'S1' } as const
  const dora: Person = { key: 'slack:U9', name: 'Dora', accounts: { slack: 'U9' } }
  const asked = policy([bob, carol], { groups: [group], breakGlass: [carol] })
  const at = '2026-01-01T12:00:00.000Z'
  const approvedBy = (...people: readonly Person[]): Request => ({
    ...samples.planning,
    state: 'applying',
    approval: approvalFor(samples.planning, asked),
    votes: people.map((by) => ({ kind: 'approved', by, at })),
    decision: { kind: 'approved', by: people[0] ?? bob, at },
  })
  const overridden: Request = { ...approvedBy(), decision: { kind: 'overridden', by: carol, at } }

  test.each<[string, Request, Policy, string | undefined]>([
    ['the same', approvedBy(bob), asked, undefined],
    ['another channel', approvedBy(bob), { ...asked, places: [] }, undefined],
    ['somebody else was taken off', approvedBy(bob), { ...asked, approvers: [bob] }, undefined],
    [
      'whoever approved was taken off',
      approvedBy(bob),
      { ...asked, approvers: [carol] },
      'Bob Builder may no longer decide about it',
    ],
    ['one of two was taken off, and one is enough', approvedBy(bob, carol), { ...asked, approvers: [carol] }, undefined],
    ['two are asked for now', approvedBy(bob), { ...asked, approvals: 2 }, 'the policy now asks for 2 approvals'],
    ['a member of a group that is still there', approvedBy(dora), { ...asked, approvers: [] }, undefined],
    ['a member of a group that was taken off', approvedBy(dora), { ...asked, groups: [] }, 'Dora may no longer decide'],
    ['named, and taken off, beside a group', approvedBy(bob), { ...asked, approvers: [] }, 'Bob Builder may no longer decide'],
    ['who ran it in an emergency was taken off', overridden, { ...asked, breakGlass: [] }, 'Carol Jones may no longer decide'],
    ['who ran it in an emergency is still there', overridden, { ...asked, breakGlass: [carol, bob] }, undefined],
  ])('%s', (_what, request, now, why) => {
    const check = () => checkStillApproved(request, now)
    if (why === undefined) expect(check).not.toThrow()
    else expect(check).toThrow(why)
  })
})
