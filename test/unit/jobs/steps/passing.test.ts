import { expect, test } from 'vitest'
import type { DnsAnswer, Evidence } from '../../../../src/domain/diagnosis/evidence.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import { type Moments, passing } from '../../../../src/jobs/steps/passing.ts'
import { answer, evidence, healthy, nxdomain, reset, tlsFailing, unresolved } from '../../domain/diagnosis/evidence-literals.ts'

const azure: DnsAnswer = { ...answer, server: '168.63.129.16' }
const explain = (seen: Evidence, moments: Omit<Moments, 'startedAt'>) =>
  passing(judge(rules, seen), seen, { startedAt: 0, ...moments })

const minutes = 60_000

test('a link that was just made explains that nothing resolves, for five minutes', () => {
  const seen = evidence({ network: unresolved(nxdomain, nxdomain) })
  expect(explain(seen, { now: 2 * minutes, linkedAt: minutes })).toEqual({
    why: expect.stringContaining('the link is new'),
    until: 6 * minutes,
  })
  expect(explain(seen, { now: 7 * minutes, linkedAt: minutes })).toBeUndefined()
  expect(explain(seen, { now: 2 * minutes })).toBeUndefined()
})

test('an old answer is waited for as long as the resolver says, a quarter of an hour at most', () => {
  const old = (ttl: number) => evidence({ network: unresolved({ ...answer, addresses: ['10.0.0.9'], ttl }, azure) })
  expect(explain(old(40), { now: 1_000 })).toEqual({ why: 'the resolver remembers an old answer', until: 41_000 })
  expect(explain(old(86_400), { now: 0 })?.until).toBe(15 * minutes)
})

test('an answer that does not age is a record of the resolver’s own, which does not pass', () => {
  const wrong = { ...answer, addresses: ['10.0.0.9'] }
  const seen = evidence({ network: { ...unresolved(wrong, azure), later: wrong } })
  expect(explain(seen, { now: 0 })).toBeUndefined()
})

test('what is no matter of names is not explained by a new link', () => {
  const seen = evidence({ network: tlsFailing(reset), control: { allowList: [] } })
  expect(explain(seen, { now: 1, linkedAt: 0 })).toBeUndefined()
  expect(explain(healthy, { now: 1, linkedAt: 0 })).toBeUndefined()
})

test('a server that may remember an absence is waited for as long as it says, and one with a record of its own is not', () => {
  const server = (more: Partial<DnsAnswer>) => ({ ...nxdomain, server: '10.0.0.53', ttl: 90, ...more })
  const seen = (wrong: DnsAnswer) =>
    evidence({ network: { ...unresolved(wrong, azure), servers: [wrong, { ...answer, server: '10.0.0.54' }] } })
  expect(explain(seen(server({})), { now: 1_000 })).toEqual({
    why: '10.0.0.53 may remember an older answer',
    until: 92_000,
  })
  expect(explain(seen(server({ authoritative: true })), { now: 0 })).toBeUndefined()
})

test('a service that was asleep gets five minutes to wake', () => {
  const seen = evidence({ network: tlsFailing({ code: 'ETIMEDOUT', message: 'no answer' }), control: { serviceState: 'idle' } })
  expect(explain(seen, { now: 0 })).toEqual({ why: 'the service wakes', until: 5 * minutes })
  expect(explain(seen, { now: 6 * minutes })).toBeUndefined()
})
