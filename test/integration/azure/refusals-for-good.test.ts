import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AzureClients, errorOf, openClients, signal, zone } from './clients.ts'

let at: AzureClients
beforeAll(async () => {
  at = await openClients()
})
afterAll(async () => await at.close())
beforeEach(() => {
  at.world.gate = async () => undefined
})

const assignment =
  '/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/deny-zones'
const displayName = 'Deny private DNS zones outside the hub'
const info = { policyAssignmentDisplayName: displayName, policyAssignmentId: assignment }
const identifiers = JSON.stringify([{ policyAssignment: { name: displayName, id: assignment }, policyDefinition: { name: 'x' } }])

test.each([
  ['its details', { message: 'Ask the hub team.', additionalInfo: [{ type: 'PolicyViolation', info }] }],
  ['its message', { message: `Resource 'z' was disallowed by policy. Policy identifiers: '${identifiers}'.` }],
])('a policy that forbids a zone is named, from %s', async (_where, error) => {
  at.refuse(({ method }) => method === 'PUT', { status: 403, body: { error: { code: 'RequestDisallowedByPolicy', ...error } } })
  const said = await errorOf(at.dns.createZone({ ...zone, name: 'forbidden.example' }, {}, signal))
  expect(said).toMatchObject({ name: 'TerminalError', code: 'RequestDisallowedByPolicy' })
  expect(said.message).toContain(displayName)
  expect(said.message).toContain(error.message)
  expect(said.remedy).toContain('owner of the policy (assigned at /providers/Microsoft.Management/managementGroups/corp)')
  expect(said.remedy).toContain('point `dns` of the network')
})

const locked = "The scope cannot be deleted because following scope(s) are locked: '/subscriptions/s'."
const denied = {
  code: 'RequestDisallowedByPolicy',
  message: 'Ask the hub team.',
  additionalInfo: [{ type: 'PolicyViolation', info }],
}

test.each<[string, string, string, object]>([
  ['in other letters', 'ScopeLocked', locked, { error: { code: 'scopelocked', message: locked } }],
  [
    'in the details',
    'ScopeLocked',
    locked,
    { error: { code: 'Conflict', message: 'No.', details: [{ code: 'ScopeLocked', message: locked }] } },
  ],
  [
    'in the details of the details',
    'CannotDeleteResource',
    'nested',
    {
      error: {
        code: 'X',
        message: 'No.',
        details: [{ code: 'Y', message: 'n', details: [{ code: 'CANNOTDELETERESOURCE', message: 'nested' }] }],
      },
    },
  ],
  [
    'as JSON in the message',
    'ScopeLocked',
    locked,
    { error: { code: 'Conflict', message: JSON.stringify({ error: { code: 'ScopeLocked', message: locked } }) } },
  ],
  [
    'as an inner error',
    'ScopeLocked',
    locked,
    { error: { code: 'Conflict', message: 'No.', innererror: { code: 'ScopeLocked', message: locked } } },
  ],
  ['by an older service', 'ScopeLocked', locked, { Error: { Code: 'ScopeLocked', Message: locked } }],
  [
    'by a policy in the details',
    'RequestDisallowedByPolicy',
    'Ask the hub team.',
    { error: { code: 'X', message: 'No.', details: [denied] } },
  ],
])('a refusal for good that is told %s', async (_how, code, words, body) => {
  at.refuse(({ method }) => method === 'DELETE', { status: 409, body })
  const now = await errorOf(at.dns.deleteLink(zone, { name: 'link-1', etag: '' as never }, signal))
  at.refuse(({ path }) => path.includes('/operations/'), { status: 200, body: { status: 'Failed', ...body } })
  const later = await errorOf(at.create(`pe-${code}-${_how.length}`))
  for (const error of [now, later]) {
    expect(error).toMatchObject({ name: 'TerminalError', code })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('{')
    if (code === 'RequestDisallowedByPolicy') expect(error.message).toContain(displayName)
  }
})

test('a passing refusal inside another one passes, whatever its letters', async () => {
  const details = [{ code: 'anotheroperationinprogress', message: 'Wait.' }]
  at.refuse(({ method }) => method === 'PUT', {
    status: 409,
    body: { error: { code: 'Conflict', message: 'is already in use', details } },
  })
  expect(await errorOf(at.create('pe-6'))).toMatchObject({ name: 'RetryableError', message: expect.stringContaining('Wait.') })
})
