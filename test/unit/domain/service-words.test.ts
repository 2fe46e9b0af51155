import { expect, test } from 'vitest'
import { servicesMeant } from '../../../src/domain/service-words.ts'
import { service } from '../literals.ts'

const twin = { ...service, id: 'other-id', organizationId: 'beta-id', organizationName: 'beta' }
const namedLikeAnId = { ...service, id: 'third-id', name: service.id }
const all = [service, twin, namedLikeAnId]

test.each([
  ['by name, in any letters', { service: 'Analytics-PROD' }, [service, twin]],
  ['by id, before a name that reads the same', { service: service.id.toUpperCase() }, [service]],
  ['of an organization, in any letters', { service: 'analytics-prod', organization: 'ACME' }, [service]],
  ['of an organization by its id', { service: 'analytics-prod', organization: 'BETA-ID' }, [twin]],
  ['of an organization that is not there', { service: 'analytics-prod', organization: 'acm' }, []],
  ['by a part of its name', { service: 'analytics' }, []],
])('a service %s', (_what, words, meant) => {
  expect(servicesMeant(all, words)).toEqual(meant)
})
