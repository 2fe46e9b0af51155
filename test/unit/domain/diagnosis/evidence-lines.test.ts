import { expect, test } from 'vitest'
import { evidenceLines } from '../../../../src/domain/diagnosis/evidence-lines.ts'
import * as the from './evidence-literals.ts'

const linesOf = (...args: Parameters<typeof the.evidence>) =>
  new Map(evidenceLines(the.evidence(...args)).map(({ what, said }) => [what, said]))

test('a certificate without a subject is one of nobody, with its names', () => {
  const certificate = { ...the.certificate, subject: '', names: 'DNS:*.westus3.privatelink.azure.clickhouse.cloud' }
  const lines = linesOf({ network: the.tlsFailing({ code: 'CERT_HAS_EXPIRED', message: 'expired' }, { certificate }) })
  expect(lines.get('TLS 8443')).toContain('certificate of nobody (DNS:*.westus3')
})

test('what further questions were answered', () => {
  const hello = { smallHello: { answered: false }, otherNameAnswered: true }
  const lines = linesOf({
    network: {
      ...the.tlsFailing(the.reset, hello),
      wildcard: the.answer,
      later: { ...the.answer, ttl: 299 },
      'azure-ipv6': { ...the.answer, addresses: ['2001:db8::4'] },
    },
  })
  expect(lines.get('an unused name')).toContain('10.0.0.4')
  expect(lines.get('a second later')).toContain('TTL 299 s')
  expect(lines.get('IPv6, Azure DNS')).toContain('2001:db8::4')
  expect(lines.get('TLS 8443')).toContain('a small hello is not answered, one for another name is')
})

test('of the allow list, what is nobody is named; the call that read it, too', () => {
  const lines = linesOf({ control: { allowList: [the.guid, the.otherGuid], requestId: 'rq-7' } })
  expect(lines.get('of these, no known endpoint')).toBe(the.otherGuid)
  expect(lines.get('requestId')).toBe('rq-7')
  expect(linesOf({}).has('of these, no known endpoint')).toBe(false)
})
