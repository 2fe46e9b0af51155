import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../../../src/domain/diagnosis/evidence.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { isHealthy, worksWithWarnings } from '../../../../src/domain/diagnosis/required.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import * as the from './evidence-literals.ts'

/** DNS faults that only a second question, or the other plane, tells apart. */

const { evidence, leadingTo, nxdomain, unresolved } = the
const codes = (seen: Evidence) => judge(rules, seen).findings.map(({ code }) => code)
const answers = (addresses: readonly string[], changes: object = {}) => ({ ...the.answer, addresses, ...changes })
const azureNegative = { ...nxdomain, soa: the.azureSoa, ttl: 10 }

describe('an old answer, or one of the resolver itself', () => {
  const elsewhere = leadingTo(['10.0.0.9'], [the.address])
  const detailOf = (network: object) => judge(rules, evidence({ network: { ...elsewhere, ...network } })).detail

  test('a TTL that falls is that of a memory', () => {
    const later = answers(['10.0.0.9'], { ttl: 299 })
    expect(codes(evidence({ network: { ...elsewhere, later } }))).toEqual(['dns-cache-stale'])
    expect(detailOf({ later })).toContain('for another 300 s')
    expect(detailOf({ later })).not.toContain('of its own')
    expect(codes(evidence({ network: { ...elsewhere, later: answers([the.address]) } }))).toEqual(['dns-cache-stale'])
  })

  test('one that stays is that of a record', () => {
    const later = answers(['10.0.0.9'])
    for (const network of [{ later }, { resolver: answers(['10.0.0.9'], { authoritative: true }) }]) {
      const { code, remedy } = judge(rules, evidence({ network: { ...elsewhere, ...network } }))
      expect(code).toBe('dns-cache-stale')
      expect(detailOf(network)).toContain('does not age, so the server has a record of its own')
      expect(remedy.text).toMatch(/^Remove the record from .*, or forward the zone/)
    }
    const stillNothing = { ...unresolved(azureNegative, the.answer), later: azureNegative }
    expect(codes(evidence({ network: stillNothing }))).toEqual(['dns-forwarder-missing'])
    expect(codes(evidence({ network: { ...stillNothing, later: { ...azureNegative, ttl: 9 } } }))).toEqual(['dns-cache-stale'])
  })

  test('while nobody has looked twice, both are told', () => {
    for (const network of [{}, { later: { ...nxdomain, rcode: 'TIMEOUT' } }]) {
      expect(codes(evidence({ network: { ...elsewhere, ...network } }))).toEqual(['dns-cache-stale'])
      expect(detailOf(network)).toContain('If it stays beyond that, the server has a record of its own')
    }
  })
})

describe('a record of the host alone, or a wrong one', () => {
  const wrong = leadingTo(['10.0.0.9'], ['10.0.0.9'])
  const told = (network: object, control: 'not-asked' | object) => ({
    ...evidence({ network: { ...wrong, ...network }, control }),
    expectedAddress: the.address,
  })

  test('another name of the zone tells, also without the control plane', () => {
    const right = told({ wildcard: the.answer }, 'not-asked')
    expect(codes(right)).toEqual(['dns-record-shadowed'])
    expect(judge(rules, right).detail).toContain('Other names of the zone lead to 10.0.0.4')
    for (const wildcard of [answers(['10.0.0.9']), nxdomain, undefined])
      expect(codes(told({ wildcard }, 'not-asked'))).toEqual(['dns-record-stale'])
  })

  test('a zone that the bot knows to be right is not set up again', () => {
    const hidden = judge(rules, told({ wildcard: the.answer }, {}))
    expect(hidden).toMatchObject({ code: 'dns-record-shadowed', remedy: { text: expect.stringContaining('unlink') } })
    const other = judge(rules, told({ wildcard: answers(['10.0.0.9']) }, {}))
    expect(other).toMatchObject({
      code: 'dns-record-stale',
      detail: expect.stringContaining('another zone answers here'),
      remedy: { command: 'diagnose analytics-prod from prod-westus3' },
    })
  })
})

describe('a resolver that leads right where Azure does not', () => {
  const azure = (answer: object) => evidence({ network: { 'azure-dns': { ...the.answer, ...answer } } })

  test('works for now: a warning', () => {
    const stale = azure({ addresses: ['10.0.0.9'] })
    expect(judge(rules, stale)).toMatchObject({
      code: 'dns-record-stale',
      severity: 'warn',
      detail: expect.stringContaining('10.0.0.9'),
    })
    expect(codes(azure(azureNegative))).toEqual(['dns-record-absent'])
    expect(judge(rules, azure(azureNegative)).severity).toBe('warn')
    expect(codes(azure({ addresses: [the.address, '10.0.0.9'] }))).toEqual(['dns-record-stale'])
    expect(isHealthy(stale)).toBe(false)
  })

  test('what becomes of it depends on whose the answer is', () => {
    const detailOf = (later?: object) =>
      judge(rules, evidence({ network: { 'azure-dns': answers(['10.0.0.9']), later: later && answers([the.address], later) } }))
        .detail
    expect(detailOf({ ttl: 299 })).toContain('When its memory ends, so does the connection')
    expect(detailOf({ ttl: 300 })).toContain('of its own')
    expect(detailOf()).toContain('If it says so from memory')
  })

  test('also by the record alone, where Azure DNS is out of reach', () => {
    const record = { name: '*', addresses: ['10.0.0.9'] }
    const seen = evidence({ network: { 'azure-dns': { ...nxdomain, rcode: 'TIMEOUT' } }, control: { record } })
    expect(judge(rules, seen)).toMatchObject({ code: 'dns-record-stale', severity: 'warn' })
    expect(judge(rules, seen).detail).toContain('the record in Azure says 10.0.0.9')
  })

  test('is nothing to warn of where the zone is linked to the network of the resolver', () => {
    expect(codes(azure({ ...nxdomain, soa: 'ns-1361.awsdns-42.org' }))).toEqual([])
  })
})

test('without Azure DNS a missing zone and a resolver that does not forward look alike, and both are said', () => {
  const alone = { ...unresolved(nxdomain, { ...nxdomain, rcode: 'TIMEOUT' }) }
  const { detail } = judge(rules, evidence({ network: alone, control: 'not-asked' }))
  expect(detail).toMatch(
    /there is none, or it is not linked .*, or 10\.0\.0\.53 does not forward it to Azure DNS\. Azure DNS was not reached \(TIMEOUT\)/,
  )
  expect(detail).toContain('What would tell')
  const known = judge(rules, evidence({ network: alone, control: { zone: undefined, record: undefined } }))
  expect(known.detail).toContain('Azure DNS was not reached (TIMEOUT)')
})

test('a record of another type hides a wildcard that is seen to lead right', () => {
  const empty = { ...nxdomain, rcode: 'NOERROR' }
  const network = { ...unresolved(empty, { ...azureNegative, rcode: 'NOERROR' }), wildcard: the.answer }
  const verdict = judge(rules, evidence({ network, control: 'not-asked' }))
  expect(verdict).toMatchObject({ code: 'dns-record-masked', detail: expect.stringContaining('which leads to 10.0.0.4') })
})

test('an IPv6 address that only Azure DNS tells', () => {
  const seen = evidence({ network: { 'azure-ipv6': answers(['2001:db8::4']) } })
  expect(codes(seen)).toEqual(['dns-ipv6-answer'])
  expect(isHealthy(seen)).toBe(false)
})

describe('several servers', () => {
  const server = (name: string, changes: object = {}) => ({ ...the.answer, server: name, ...changes })
  const among = (...servers: ReturnType<typeof server>[]) => judge(rules, evidence({ network: { servers } }))

  test('one that is dead is no fault, and is named with how it fails', () => {
    const dead = server('10.0.0.54', { rcode: 'REFUSED', addresses: [] })
    const { code, detail } = among(server('10.0.0.53'), dead)
    expect(code).toBe('healthy')
    expect(detail).toContain('10.0.0.54 answers REFUSED')
    expect(among(server('10.0.0.53'), server('10.0.0.54')).detail).not.toContain('10.0.0.54')
  })

  test('one that takes the address out is told to exempt the zone', () => {
    const empty = server('10.0.0.54', { addresses: [] })
    expect(among(server('10.0.0.53'), empty).remedy.text).toContain('exempt the zone from a filter')
    const unknown = server('10.0.0.54', { rcode: 'NXDOMAIN', addresses: [] })
    expect(among(server('10.0.0.53'), unknown).remedy.text).not.toContain('filter')
  })

  test('of servers behind a stub none is the first: what the stub answers counts', () => {
    const wrong = server('10.0.0.54', { rcode: 'NXDOMAIN', addresses: [] })
    const behind = (network: object) => {
      const seen = evidence({ network: { servers: [wrong, server('10.0.0.53')], ...network } })
      return { verdict: judge(rules, seen), works: worksWithWarnings(seen, judge(rules, seen)) }
    }
    const right = behind({ resolver: server('127.0.0.53'), wire: server('127.0.0.53') })
    expect(right.verdict.code).toBe('dns-servers-disagree')
    expect(right.verdict.detail).toContain('Programs fail now and then')
    expect(right.works).toBe(true)
    const asked = behind({ resolver: server('10.0.0.53'), wire: server('10.0.0.53') })
    expect(asked.verdict.detail).toContain('This time a right one was asked')
    expect(asked.works).toBe(false)
  })
})
