import { expect, test } from 'vitest'
import { type PrivateService, targetOf } from '../../../../src/jobs/services/target.ts'
import { planned } from '../../domain/terraform/terraform-literals.ts'
import { service } from '../../literals.ts'

const { network } = planned

function named(name: string, alias: string, organizationName = service.organizationName): PrivateService {
  return {
    service: { ...service, id: name, name, organizationId: organizationName, organizationName },
    host: `${name}.zone`,
    alias,
  }
}

function refusal(services: readonly PrivateService[], action: Parameters<typeof targetOf>[2]): unknown {
  try {
    return targetOf(network, services, action)
  } catch (error) {
    return error
  }
}

test('services of one alias are one target', () => {
  expect(targetOf(network, [named('a', 'X.one'), named('b', 'x.one')], 'setup')).toMatchObject({
    alias: 'X.one',
    services: [{ host: 'a.zone' }, { host: 'b.zone' }],
  })
})

test('services of several are refused, with the requests in which they can be asked for', () => {
  expect(refusal([named('a', 'one'), named('b', 'two'), named('c', 'one')], 'teardown')).toMatchObject({
    code: 'services-apart',
    message: 'a, c, b cannot share one endpoint: their connection aliases differ.',
    remedy: 'Ask for them in 2 requests: teardown a c in prod-westus3; teardown b in prod-westus3.',
  })
})

test('so are services of several organizations, whose names alone may not be enough', () => {
  expect(refusal([named('a', 'one'), named('a', 'one', 'beta')], 'allow')).toMatchObject({
    code: 'services-apart',
    message: expect.stringMatching(/\/a, beta\/a cannot share one endpoint: they belong to different organizations\.$/),
    remedy: expect.stringMatching(/; allow beta\/a from prod-westus3\.$/),
  })
})
