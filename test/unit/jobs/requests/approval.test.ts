import { describe, expect, test } from 'vitest'
import type { Person } from '../../../../src/domain/person.ts'
import type { Policy } from '../../../../src/domain/policy.ts'
import { approvalFor } from '../../../../src/jobs/requests/approval.ts'
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
