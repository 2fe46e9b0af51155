import { expect, test } from 'vitest'
import { largeEstate } from '../../../../sandbox/large-estate.ts'
import { searchChoices } from '../../../../src/bot/answers/service-form.ts'
import { service } from '../../literals.ts'

const world = largeEstate().world({ addressBase: '127.77.8' })
const [acme] = world.organizations
const organization = acme?.id ?? ''
const source = {
  inventory: {
    readAt: '2026-03-01T14:00:00.000Z',
    services: world.services.map((each) => ({ ...service, ...each, organizationName: 'acme' })),
    allowLists: {},
  },
  organizations: world.organizations,
  networks: [],
  now: () => '2026-03-01T14:00:40.000Z',
}
const found = (text: string, list = organization) =>
  searchChoices({ kind: 'setup', field: 'service', list, text }, source).map(({ label }) => label)

test('names that begin with the text come first, in any letters, and each word has to be in them', () => {
  expect(found('ANALYTICS-PROD')[0]).toBe('analytics-prod · westus3')
  expect(found('0040 analytics')).toEqual(['analytics-prod-0040 · westus3'])
  expect(found('westus3 pricing').every((label) => /pricing.*westus3/.test(label))).toBe(true)
  expect(found('🚀').every((label) => label.startsWith('🚀'))).toBe(true)
})

test('before anything is typed the first are offered, at most as many as a chat shows', () => {
  expect(found('')).toHaveLength(100)
  expect(found('   ')).toHaveLength(100)
})

test('of another list, or none, nothing is found', () => {
  expect(found('analytics', 'no-such-organization')).toEqual([])
  expect(searchChoices({ kind: 'setup', field: 'reason', text: 'a' }, source)).toEqual([])
  expect(searchChoices({ kind: 'setup', field: 'service', text: 'a' }, source)).toEqual([])
})
