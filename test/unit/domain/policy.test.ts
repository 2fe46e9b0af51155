import { describe, expect, test } from 'vitest'
import { personOf, samePerson } from '../../../src/domain/person.ts'
import { approversFor, type Policy, policyFor, standingOf } from '../../../src/domain/policy.ts'
import type { Request } from '../../../src/domain/request.ts'
import { openApproval } from '../../open-approval.ts'
import { alice, bob, carol } from '../literals.ts'

const channel = { surface: 'slack', id: 'C1' } as const
const policy = (networks: string[], actions: string[]): Policy => ({
  networks,
  actions,
  approvers: [alice, bob],
  groups: [],
  approvals: 1,
  rejectionEnds: true,
  expiryMs: 1_000,
  remindersMs: [],
  reasonRequired: false,
  breakGlass: [],
  places: [channel],
})

describe('samePerson', () => {
  const listed = { key: 'person:Alice', name: 'Alice', email: 'alice@acme.example', accounts: {} }

  test.each([
    ['the same key', { ...listed, email: 'else@acme.example' }],
    ['the same email, in whatever case', { key: 'slack:U9', name: 'a', email: 'Alice@Acme.example', accounts: { slack: 'U9' } }],
  ])('%s', (_why, other) => {
    expect(samePerson(listed, other)).toBe(true)
    expect(samePerson(other, listed)).toBe(true)
  })

  test('the same account, also after the configuration gave it another name', () => {
    expect(
      samePerson({ ...listed, accounts: { slack: 'U1' } }, { key: 'person:Al', name: 'Al', accounts: { slack: 'U1' } }),
    ).toBe(true)
  })

  test('what neither is known to have ties nobody', () => {
    expect(samePerson({ key: 'slack:U1', name: 'a', accounts: {} }, { key: 'slack:U2', name: 'a', accounts: {} })).toBe(false)
    expect(samePerson(alice, bob)).toBe(false)
  })
})

describe('policyFor', () => {
  const prod = policy(['prod-*'], ['setup'])
  const any = policy(['*'], ['setup', 'allow'])

  test('the first that matches counts', () => {
    expect(policyFor([prod, any], 'setup', 'prod-westus3')).toBe(prod)
    expect(policyFor([prod, any], 'setup', 'staging')).toBe(any)
    expect(policyFor([prod, any], 'allow', 'prod-westus3')).toBe(any)
  })

  test('none may match', () => {
    expect(policyFor([prod], 'setup', 'preprod-westus3')).toBeUndefined()
    expect(policyFor([prod], 'teardown', 'prod-westus3')).toBeUndefined()
  })

  test('a dot in a pattern is only a dot', () => {
    expect(policyFor([policy(['prod.west'], ['setup'])], 'setup', 'prodXwest')).toBeUndefined()
  })
})

describe('approversFor', () => {
  test('leaves out the requester', () => {
    expect(approversFor(policy(['*'], ['setup']), alice)).toEqual([bob])
  })
})

describe('standingOf', () => {
  const expiresAt = '2026-01-02T00:00:00.000Z'
  const at = '2026-01-01T00:00:00.000Z'
  const request: Request = {
    id: 'PL-1',
    action: 'setup',
    state: 'awaiting-approval',
    asked: { by: alice, place: channel, at, services: [{ service: 's' }], network: 'n' },
    approval: openApproval({ approvers: [bob], places: [channel], askedAt: at, expiresAt }),
    digest: 'd1',
    steps: {},
  }

  test.each([
    ['may-decide', request, bob, 'd1', at],
    ['own-request', request, alice, 'd1', at],
    ['not-an-approver', request, carol, 'd1', at],
    ['stale-plan', request, bob, 'd0', at],
    ['expired', request, bob, 'd1', expiresAt],
    ['expired', { ...request, state: 'expired' }, bob, 'd1', at],
    ['nothing-to-decide', { ...request, state: 'applying' }, bob, 'd1', at],
    ['nothing-to-decide', { ...request, state: 'done' }, alice, 'd1', at],
  ] as const)('%s', (expected, given, person, digest, when) => {
    expect(standingOf(given, person, { kind: 'approved', digest, at: when })).toBe(expected)
  })

  test('whoever asked before they were known by name approves nothing of their own', () => {
    const asked = { ...request.asked, by: { key: 'slack:U02BOB', name: 'bob', accounts: { slack: 'U02BOB' } } }
    expect(standingOf({ ...request, asked }, bob, { kind: 'approved', digest: 'd1', at })).toBe('own-request')
  })

  test('a person is one person in every chat', () => {
    const both = { key: 'person:Alice', name: 'Alice', accounts: { slack: 'U01ALICE', teams: 'entra-alice' } }
    const fromTeams = personOf([both], 'teams', 'entra-alice', 'Alice A.')
    expect(standingOf(request, fromTeams, { kind: 'approved', digest: 'd1', at })).toBe('own-request')
    expect(personOf([both], 'slack', 'U99', 'Eve')).toEqual({ key: 'slack:U99', name: 'Eve', accounts: { slack: 'U99' } })
  })
})
