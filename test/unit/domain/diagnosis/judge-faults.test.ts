import { expect, test } from 'vitest'
import type { Evidence } from '../../../../src/domain/diagnosis/evidence.ts'
import type { FindingCode } from '../../../../src/domain/diagnosis/finding.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import * as the from './evidence-literals.ts'

const { evidence, unresolved, leadingTo, tcpFailing, tlsFailing, nxdomain, reset } = the
const azureNegative = { ...nxdomain, server: '168.63.129.16', soa: the.azureSoa, ttl: 10 }
const zoneless = { zone: undefined, record: undefined }
const endpoint = (changes: object) => ({ endpoint: { ...the.controlPlane.endpoint, ...changes } as never })
const refused = tlsFailing(reset)

/** One fault each, and what alone is said of it. */
const faults: readonly (readonly [FindingCode, string, Evidence])[] = [
  ['host-public', 'a public name', evidence({ host: 'q7k3m9x2wb.westus3.azure.clickhouse.cloud' })],
  ['host-unknown', 'a doubled suffix', evidence({ host: `${the.host}.cloud`, network: unresolved(nxdomain, nxdomain) })],
  ['dns-zone-absent', 'nobody made it', evidence({ network: unresolved(nxdomain, nxdomain), control: zoneless })],
  ['dns-zone-absent', 'nobody can say', evidence({ network: unresolved(nxdomain, nxdomain), control: 'not-asked' })],
  [
    'dns-zone-not-linked',
    'no link',
    evidence({ network: unresolved(nxdomain, nxdomain), control: { zone: { id: 'z', linked: false } } }),
  ],
  [
    'dns-record-absent',
    'no record',
    evidence({ network: unresolved(azureNegative, azureNegative), control: { record: undefined } }),
  ],
  ['dns-record-absent', 'not asked', evidence({ network: unresolved(azureNegative, azureNegative), control: 'not-asked' })],
  [
    'dns-record-masked',
    'NODATA',
    evidence({ network: unresolved({ ...nxdomain, rcode: 'NOERROR' }, { ...azureNegative, rcode: 'NOERROR' }) }),
  ],
  [
    'dns-dangling-cname',
    'CNAME only',
    evidence({ network: unresolved({ ...nxdomain, rcode: 'NOERROR', cnames: ['gone.example'] }, azureNegative) }),
  ],
  [
    'dns-dangling-cname',
    'NXDOMAIN at the end of the chain',
    evidence({ network: unresolved({ ...nxdomain, cnames: ['gone.example'] }, { ...azureNegative, cnames: ['gone.example'] }) }),
  ],
  [
    'dns-record-stale',
    'old address',
    evidence({ network: leadingTo(['10.0.0.9'], ['10.0.0.9']), control: { record: { name: '*', addresses: ['10.0.0.9'] } } }),
  ],
  [
    'dns-record-stale',
    'a foreign endpoint resets',
    evidence({
      network: {
        ...leadingTo(['10.0.0.9'], ['10.0.0.9']),
        ...refused,
        'tcp:8443': { address: '10.0.0.9', connected: true, elapsedMs: 1 },
      },
    }),
  ],
  ['dns-cache-stale', 'old address', evidence({ network: leadingTo(['10.0.0.9'], [the.address]) })],
  ['dns-cache-stale', 'remembers nothing', evidence({ network: unresolved(azureNegative, the.answer) })],
  ['dns-forwarder-missing', 'NXDOMAIN', evidence({ network: unresolved(nxdomain, the.answer) })],
  ['dns-forwarder-missing', 'public', evidence({ network: leadingTo(['203.0.113.9'], [the.address], 'outside-prefixes') })],
  ['dns-server-failing', 'SERVFAIL', evidence({ network: unresolved({ ...nxdomain, rcode: 'SERVFAIL' }, the.answer) })],
  [
    'dns-server-failing',
    'silent',
    evidence({ network: unresolved({ ...nxdomain, rcode: 'TIMEOUT' }, undefined), control: 'not-asked' }),
  ],
  [
    'dns-public-address',
    'public everywhere',
    evidence({ network: leadingTo(['203.0.113.9'], ['203.0.113.9'], 'outside-prefixes') }),
  ],
  [
    'dns-several-addresses',
    'one is right',
    evidence({
      network: {
        resolver: { ...the.answer, addresses: ['10.0.0.9', the.address] },
        'azure-dns': { ...the.answer, addresses: [the.address, '10.0.0.9'] },
      },
    }),
  ],
  [
    'endpoint-pending',
    'SYN dropped',
    evidence({ network: tcpFailing(the.timeout), control: { ...endpoint({ connection: 'Pending' }), allowList: [] } }),
  ],
  [
    'endpoint-rejected',
    'Rejected',
    evidence({ network: tcpFailing(the.timeout), control: endpoint({ connection: 'Rejected' }) }),
  ],
  [
    'endpoint-disconnected',
    'Disconnected',
    evidence({ network: tcpFailing(the.timeout), control: endpoint({ connection: 'Disconnected' }) }),
  ],
  [
    'endpoint-disconnected',
    'gone',
    evidence({
      network: tcpFailing({ code: 'ECONNREFUSED', syscall: 'connect', message: '' }),
      control: { endpoint: undefined },
    }),
  ],
  ['endpoint-other-service', 'another alias', evidence({ network: refused, control: endpoint({ alias: 'alias-of-billing' }) })],
  ['network-blocked', 'SYN dropped', evidence({ network: tcpFailing(the.timeout) })],
  [
    'network-port-blocked',
    '9440',
    evidence({
      network: {
        'tcp:9440': { address: the.address, connected: false, failure: the.timeout, elapsedMs: 3_000 },
        'tls:9440': undefined,
      },
    }),
  ],
  [
    'network-unreachable',
    'no route',
    evidence({ network: tcpFailing({ code: 'EHOSTUNREACH', syscall: 'connect', message: '' }) }),
  ],
  ['network-refused', 'refused', evidence({ network: tcpFailing({ code: 'ECONNREFUSED', syscall: 'connect', message: '' }) })],
  ['network-reset-on-connect', 'TCP', evidence({ network: tcpFailing({ ...reset, syscall: 'connect' }) })],
  ['network-reset-on-connect', 'seen by TLS', evidence({ network: tlsFailing({ ...reset, syscall: 'connect' }) })],
  ['allow-list-missing', 'empty', evidence({ network: refused, control: { allowList: [] } })],
  ['allow-list-wrong-id', 'an old GUID', evidence({ network: refused, control: { allowList: [the.otherGuid] } })],
  [
    'organization-entry-missing',
    'only the service',
    evidence({ network: refused, control: { allowList: [the.guid.toUpperCase()], organizationIds: [] } }),
  ],
  ['allow-list-not-effective', 'listed', evidence({ network: refused })],
  [
    'allow-list-not-effective',
    'listed by resource id',
    evidence({ network: refused, control: { allowList: [the.endpointId.toUpperCase()] } }),
  ],
  ['tls-closed-early', 'FIN', evidence({ network: tlsFailing(the.closed) })],
  [
    'tls-closed-early',
    'reset in the handshake',
    evidence({ network: tlsFailing(reset, { bytesRead: 7 }), control: { allowList: [] } }),
  ],
  ['allow-list-missing', 'nobody knows the list', evidence({ network: refused, control: 'not-asked' })],
  ['tls-silent', 'silence', evidence({ network: tlsFailing({ ...the.timeout, syscall: 'read' }) })],
  [
    'tls-intercepted',
    'unknown issuer',
    evidence({ network: tlsFailing({ code: 'SELF_SIGNED_CERT_IN_CHAIN', message: '' }, { certificate: the.certificate }) }),
  ],
  [
    'tls-wrong-name',
    'another name',
    evidence({ network: tlsFailing({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: '' }, { certificate: the.certificate }) }),
  ],
  [
    'tls-expired',
    'expired',
    evidence({ network: tlsFailing({ code: 'CERT_HAS_EXPIRED', message: '' }, { certificate: the.certificate }) }),
  ],
  [
    'clock-skew',
    'not yet valid',
    evidence({ network: tlsFailing({ code: 'CERT_NOT_YET_VALID', message: '' }, { certificate: the.certificate }) }),
  ],
  [
    'tls-alert',
    'protocol version',
    evidence({ network: tlsFailing({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', message: 'SSL alert number 70' }) }),
  ],
  [
    'not-tls',
    'plain HTTP',
    evidence({ network: tlsFailing({ code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: '' }, { bytesRead: 20 }) }),
  ],
  ['http-unexpected', '502', evidence({ network: { ping: { status: 502, body: 'Bad gateway', elapsedMs: 3 } } })],
  ['http-unexpected', 'no answer', evidence({ network: { ping: { failure: the.timeout, elapsedMs: 5_000 } } })],
  ['http-unexpected', 'another body', evidence({ network: { ping: { status: 200, body: '<html>', elapsedMs: 3 } } })],
  [
    'service-idle',
    'asleep',
    evidence({ network: tlsFailing({ ...the.timeout, syscall: 'read' }), control: { serviceState: 'idle' } }),
  ],
  ['service-stopped', 'stopped', evidence({ network: tlsFailing(the.closed), control: { serviceState: 'stopped' } })],
  [
    'dns-record-shadowed',
    'one host of its own',
    evidence({
      network: leadingTo(['10.0.0.9'], ['10.0.0.9']),
      control: { record: { name: 'q7k3m9x2wb', addresses: ['10.0.0.9'] }, wildcard: [the.address] },
    }),
  ],
  [
    'dns-hosts-override',
    'pinned elsewhere',
    evidence({
      network: { ...leadingTo(['10.0.0.9'], [the.address]), wire: the.answer, hosts: { addresses: ['10.0.0.9'] } },
    }),
  ],
  ['dns-ipv6-answer', 'AAAA', evidence({ network: { ipv6: { ...the.answer, addresses: ['2001:db8::4'] } } })],
  [
    'tls-large-hello',
    'small passes',
    evidence({ network: tlsFailing(reset, { smallHello: { answered: true } }), control: { allowList: [] } }),
  ],
  ['network-reset-on-connect', 'unasked', evidence({ network: tlsFailing(reset, { resetUnasked: true }) })],
  [
    'clock-skew',
    'expired, and the clocks disagree',
    {
      ...evidence({ network: tlsFailing({ code: 'CERT_HAS_EXPIRED', message: '' }, { certificate: the.certificate }) }),
      clockAheadMs: 3_600_000,
    },
  ],
  [
    'tls-expired',
    'not yet valid, and the clocks agree',
    {
      ...evidence({ network: tlsFailing({ code: 'CERT_NOT_YET_VALID', message: '' }, { certificate: the.certificate }) }),
      clockAheadMs: 1_000,
    },
  ],
  ['host-unknown', 'outside the domains', { host: `${the.host}.cloud`, network: 'n', hostRefused: true }],
  [
    'host-unknown',
    'a label that is no privatelink',
    { host: 'evilprivatelink.azure.clickhouse.cloud', network: 'n', hostRefused: true },
  ],
  ['control-plane-unknown', '401', evidence({ control: 'unknown' })],
  ['worker-absent', 'no worker', evidence({ network: 'absent' })],
]

test.each(faults)('%s: %s', (code, _name, seen) => {
  const verdict = judge(rules, seen)
  expect(verdict.findings.map((finding) => finding.code)).toEqual([code])
  expect(verdict).toMatchObject({ code, title: expect.stringMatching(/./), detail: expect.stringMatching(/.{10}/) })
  expect(verdict.remedy.text).toMatch(/.{10}/)
  expect(JSON.stringify(verdict)).not.toMatch(/undefined|unknown,|\[object/)
})
