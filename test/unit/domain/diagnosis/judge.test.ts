import { expect, test } from 'vitest'
import type { Evidence } from '../../../../src/domain/diagnosis/evidence.ts'
import { evidenceLines } from '../../../../src/domain/diagnosis/evidence-lines.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { pathOf } from '../../../../src/domain/diagnosis/path.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import * as the from './evidence-literals.ts'

const { evidence, unresolved, leadingTo, tcpFailing, tlsFailing, nxdomain, reset } = the
const azureNegative = { ...nxdomain, server: '168.63.129.16', soa: the.azureSoa, ttl: 10 }
const zoneless = { zone: undefined, record: undefined }
const refused = tlsFailing(reset)

test('a search domain that caught the name is named, and so is why the name itself has no address', () => {
  const seen = evidence({
    network: {
      ...leadingTo(['10.9.9.9'], []),
      wire: azureNegative,
      'azure-dns': azureNegative,
      search: { name: `${the.host}.corp.example`, addresses: ['10.9.9.9'] },
    },
    control: { record: undefined },
  })
  expect(judge(rules, seen).findings.map(({ code }) => code)).toEqual(['dns-search-domain', 'dns-record-absent'])
})

test('a search domain that comes before the right absolute name', () => {
  const search = { name: `${the.host}.corp.example`, addresses: ['10.9.9.9'] }
  const seen = evidence({ network: { ...leadingTo(['10.9.9.9'], [the.address]), wire: the.answer, search } })
  const { findings, detail } = judge(rules, seen)
  expect(findings.map(({ code }) => code)).toEqual(['dns-search-domain'])
  expect(detail).toContain(`itself leads to ${the.address}`)
  expect(pathOf(seen)[1]).toMatchObject({ phase: 'dns', state: 'fail', detail: '10.9.9.9' })
})

test('the matrix: what happens at the endpoint itself tells that only DNS is wrong', () => {
  const tls = { ...the.verified }
  const direct = { tcp: { address: the.address, connected: true, elapsedMs: 1 }, tls }
  const network = { ...leadingTo(['10.0.0.9'], ['10.0.0.9']), 'direct:8443': direct, 'direct:9440': direct }
  expect(judge(rules, evidence({ network })).detail).toContain('only DNS is wrong')
  const half = { ...network, 'direct:9440': { tcp: direct.tcp } }
  expect(judge(rules, evidence({ network: half })).detail).not.toContain('only DNS')
})

test('what one plane cannot tell apart names both, and what would tell', () => {
  const { detail } = judge(
    rules,
    evidence({ network: tlsFailing({ code: 'CERT_HAS_EXPIRED', message: '' }, { certificate: the.certificate }) }),
  )
  expect(detail).toContain('either it is wrong, or the certificate is')
  expect(detail).toContain('date -u')
})

test('healthy, with the connection string', () => {
  const verdict = judge(rules, the.healthy)
  expect(verdict).toMatchObject({ code: 'healthy', severity: 'ok', findings: [] })
  expect(verdict.remedy.text).toContain(`https://${the.host}:8443`)
  expect(judge(rules, evidence({ control: 'not-asked' })).code).toBe('healthy')
})

test('what one of our commands repairs names it, and nothing names a command without a service', () => {
  expect(judge(rules, evidence({ network: refused, control: { allowList: [] } })).remedy.command).toBe(
    'allow analytics-prod from prod-westus3',
  )
  const { service: _service, ...nameless } = evidence({ network: tcpFailing(the.timeout) })
  expect(judge(rules, nameless).remedy).not.toHaveProperty('command')
})

test('the words say what remains without the control plane, and what would tell', () => {
  const control = 'not-asked' as const
  const detailOf = (network: object, more: Partial<Evidence> = {}) =>
    judge(rules, { ...evidence({ network, control }), ...more }).detail
  const blocked = detailOf(tcpFailing(the.timeout))
  expect(blocked).toMatch(
    /these causes remain: .*an old or a foreign address, .*Pending, Rejected or Disconnected, or the service is stopped\./,
  )
  expect(blocked).toContain(
    "What would tell: the endpoint's address in Azure, the connection's state and alias in Azure and the service's",
  )
  expect(detailOf(tcpFailing(the.timeout), { expectedAddress: the.address })).not.toContain('foreign address')
  expect(judge(rules, evidence({ network: tcpFailing(the.timeout) })).detail).not.toContain('remain')
  expect(detailOf(refused)).toMatch(
    /remain: the record leads to an old or a foreign address, .*allow list.*, or an appliance on the way resets TLS/,
  )
  expect(detailOf(tlsFailing(the.closed))).toMatch(/remain: the record leads .*, or an appliance on the way closes it/)
  const silent = { ...the.timeout, syscall: 'read' }
  expect(detailOf(tlsFailing(silent))).toMatch(/nothing answered the hello on 8443 and 9440\..*asleep or stopped/)
  expect(detailOf(tlsFailing(silent, { bytesRead: 93 }))).toContain('the handshake stopped after 93 bytes')
  const { service: _, ...command } = evidence({ network: refused, control })
  expect(judge(rules, command).detail).toContain('--expect-ip')
})

test('a name that alone is refused is told from a connection that is', () => {
  const byName = tlsFailing(reset, { smallHello: { answered: false }, otherNameAnswered: true })
  const missing = judge(rules, evidence({ network: byName, control: { allowList: [] } }))
  expect(missing).toMatchObject({
    code: 'allow-list-missing',
    detail: expect.stringContaining('A hello for another name is answered'),
  })
  const passing = tlsFailing(reset, { smallHello: { answered: true, usualAnswered: true }, otherNameAnswered: true })
  expect(judge(rules, evidence({ network: passing })).detail).not.toContain('another name')
  const alone = judge(rules, evidence({ network: byName, control: 'not-asked' })).detail
  expect(alone).toContain('only this name is refused')
  expect(alone).not.toContain('not Approved')
})

test('the words name every cause that remains', () => {
  const detailOf = (seen: Evidence) => judge(rules, seen).detail
  expect(detailOf(evidence({ network: refused }))).toContain('an appliance on the way')
  expect(detailOf(evidence({ network: tlsFailing({ ...the.timeout, syscall: 'read' }) }))).toContain('MTU')
  const small = judge(rules, evidence({ network: tlsFailing(reset, { smallHello: { answered: true } }) }))
  expect(`${small.detail} ${small.remedy.text}`).toContain('MTU')
})

test('a zone that is linked is not told to be linked, where the answer comes from the internet', () => {
  const outside = leadingTo(['203.0.113.9'], ['203.0.113.9'], 'outside-prefixes')
  const { code, detail, remedy } = judge(rules, evidence({ network: outside, control: { record: undefined } }))
  expect(code).toBe('dns-public-address')
  expect(detail).toContain('falls back to the internet')
  expect(remedy.text).not.toMatch(/link the zone/i)
  expect(remedy.command).toMatch(/^setup /)
})

test('the zone is said to have no record only where it has none', () => {
  const publicSoa = { ...nxdomain, soa: 'ns-1.awsdns-1.org', ttl: 60 }
  const inEffect = judge(rules, evidence({ network: unresolved(azureNegative, azureNegative) }))
  expect(inEffect.code).toBe('dns-record-absent')
  expect(inEffect.title).toBe('the zone that answers here has no record for the name')
  const notYet = judge(rules, evidence({ network: unresolved(publicSoa, publicSoa) }))
  expect(notYet.code).toBe('dns-zone-not-linked')
  expect(notYet.title).toContain('not in effect')
  expect(notYet.remedy.text).not.toMatch(/^Link the zone/)
})

test('a server is said to do what it was seen to do', () => {
  const detailOf = (rcode: string) =>
    judge(
      rules,
      evidence({ network: { ...unresolved({ ...nxdomain, rcode: 'SERVFAIL' }, the.answer), wire: { ...nxdomain, rcode } } }),
    ).detail
  expect(detailOf('REFUSED')).toContain('10.0.0.53 answers REFUSED')
  expect(detailOf('TIMEOUT')).toContain('gave no answer')
  expect(detailOf('UNREACHABLE')).toContain('cannot be reached')
  for (const rcode of ['REFUSED', 'TIMEOUT', 'UNREACHABLE']) expect(detailOf(rcode)).not.toContain('SERVFAIL')
})

test('what the matrix isolates is said', () => {
  const detailOf = (seen: Evidence) => judge(rules, seen).detail
  expect(detailOf(evidence({ network: refused, control: { allowList: [] } }))).toContain(
    'only the lists of ClickHouse Cloud are wrong',
  )
  const port = {
    'tcp:9440': { address: the.address, connected: false, failure: the.timeout, elapsedMs: 1 },
    'tls:9440': undefined,
  }
  expect(detailOf(evidence({ network: port }))).toContain('only this port is wrong')
  const direct = { tcp: { address: the.address, connected: true, elapsedMs: 1 }, tls: the.verified }
  const deaf = { tcp: port['tcp:9440'] }
  const stale = { ...leadingTo(['10.0.0.9'], ['10.0.0.9']), 'direct:8443': direct, 'direct:9440': deaf }
  const both = judge(rules, evidence({ network: stale }))
  expect(both.findings.map(({ code }) => code)).toEqual(['dns-record-stale', 'network-port-blocked'])
  expect(JSON.stringify(both)).not.toMatch(/only (DNS|this port)/)
})

test('the call that shows the endpoint listed is named to support, where it is known', () => {
  expect(judge(rules, evidence({ network: refused, control: { requestId: 'req-7' } })).remedy.text).toContain('requestId req-7')
  const asleep = judge(rules, evidence({ network: refused, control: { serviceState: 'idle' } }))
  expect(asleep.findings.map(({ code }) => code)).toEqual(['allow-list-not-effective', 'service-idle'])
  expect(asleep.remedy.text).toMatch(/^Wake the service/)
})

test('an old list is no proof: what is known is that the endpoint is refused', () => {
  const asOf = '2026-01-01T10:20:00.000Z'
  const seen = evidence({ network: refused, control: { asOf, organizationIds: undefined } })
  const unread = judge(rules, seen)
  expect(unread).toMatchObject({ code: 'control-plane-unknown', severity: 'fail' })
  expect(unread.title).toBe('the endpoint is refused; whether it is still listed could not be read')
  expect(unread.detail).toMatch(/of 10:20 UTC.*taken off since.*or a change/)
  expect(unread.remedy.text).toMatch(/again in ten seconds/)
  const follows = judge(rules, { ...seen, listsFollow: true })
  expect(follows.title).toBe('the endpoint is refused; whether it is listed is being read')
  expect(follows.findings.map(({ code }) => code)).toEqual(['control-plane-unknown'])
  const absent = judge(rules, evidence({ network: refused, control: { asOf, organizationIds: undefined, allowList: [] } }))
  expect(absent.findings.map(({ code }) => code)).toEqual(['allow-list-missing'])
  expect(absent.title).toContain('most likely')
})

test.each([
  [400, 'Port 9440 is for clickhouse-client program', 'this is the native one'],
  [401, '', 'a proxy on the way'],
  [403, 'Denied', 'a proxy on the way'],
  [502, 'Bad gateway', 'Check the state of the service'],
  [200, '<html>', 'what answers at this address'],
])('what /ping answers tells what to do: %i %s', (status, body, text) => {
  expect(judge(rules, evidence({ network: { ping: { status, body, elapsedMs: 3 } } })).remedy.text).toContain(text)
})

test('an answer of /ping that looks right and never ends is said to break off', () => {
  const seen = evidence({ network: { ping: { status: 200, body: 'Ok.', failure: the.timeout, elapsedMs: 2_500 } } })
  const { code, detail } = judge(rules, seen)
  expect({ code, detail }).toEqual({
    code: 'http-unexpected',
    detail: 'TLS is verified, but /ping answered 200: "Ok.", and then failed with ETIMEDOUT.',
  })
  expect(evidenceLines(seen).find(({ what }) => what === '/ping')?.said).toMatch(/^200 "Ok\.", ETIMEDOUT \(.+\), 2500 ms$/)
})

test('no command is named that would find nothing to do', () => {
  const commandOf = (seen: Evidence) => judge(rules, seen).remedy.command
  const noData = { ...nxdomain, rcode: 'NOERROR' }
  for (const cnames of [[], ['gone.example']])
    expect(commandOf(evidence({ network: unresolved({ ...noData, cnames }, { ...noData, cnames }) }))).toMatch(/^diagnose /)
  expect(commandOf(evidence({ network: unresolved(azureNegative, azureNegative) }))).toMatch(/^diagnose /)
  expect(commandOf(evidence({ network: unresolved(azureNegative, azureNegative), control: { record: undefined } }))).toMatch(
    /^setup /,
  )
  const outside = leadingTo(['203.0.113.9'], ['203.0.113.9'], 'outside-prefixes')
  expect(commandOf(evidence({ network: outside }))).toMatch(/^diagnose /)
  expect(commandOf(evidence({ network: outside, control: zoneless }))).toMatch(/^setup /)
})

test('the words carry the facts', () => {
  const detailOf = (seen: Evidence) => judge(rules, seen).detail
  const known = { allowList: [the.otherGuid, 'third'], organizationIds: [the.guid, the.otherGuid, 'third'] }
  expect(detailOf(evidence({ network: refused, control: known }))).toContain('2 other entries')
  expect(detailOf(evidence({ network: refused, control: 'not-asked' }))).toContain('these causes remain')
  expect(detailOf(evidence({ network: leadingTo(['10.0.0.9'], [the.address]) }))).toContain('300 s')
  expect(detailOf(evidence({ network: tcpFailing(the.timeout) }))).toContain('8443 and 9440')
  expect(detailOf(evidence({ network: { ping: { status: 403, body: 'no\u202eway', elapsedMs: 1 } } }))).toContain('"noway"')
})
