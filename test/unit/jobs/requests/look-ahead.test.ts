import { expect, test } from 'vitest'
import type { Action } from '../../../../src/domain/request.ts'
import { lookAhead } from '../../../../src/jobs/requests/look-ahead.ts'
import type { Facts, StepContext } from '../../../../src/jobs/steps/step.ts'
import { samples } from '../../../sample-requests.ts'

/** What is asked for ahead by a request that is being carried out. */
function asked(action: Action): readonly string[] {
  const { plan } = samples['awaiting-approval']
  const { network } = samples.planning.asked
  const calls: string[] = []
  const note = (what: string) => async (): Promise<never> => {
    calls.push(what)
    throw new Error('HTTP 500')
  }
  const clouds = { clickhouse: { service: note('list'), organization: note('organization') }, dns: { zones: note('zone') } }
  const target = { services: plan?.services, network: { name: network } }
  const facts: Facts = {}
  lookAhead(action, { target, clouds, facts, approved: plan, signal: AbortSignal.timeout(1_000) } as unknown as StepContext)
  return calls
}

test('the lists that every connecting request reads, and what only the reuse of an endpoint surely needs; a failure is not told here', () => {
  expect(asked('setup')).toEqual(['list'])
  expect(asked('allow')).toEqual(['list', 'organization', 'zone'])
  expect(asked('revoke')).toEqual([])
  expect(asked('teardown')).toEqual([])
})
