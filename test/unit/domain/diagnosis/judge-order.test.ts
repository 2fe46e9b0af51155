import { describe, expect, test } from 'vitest'
import { changesBetween, snapshotOf } from '../../../../src/domain/diagnosis/changes.ts'
import type { DnsAnswer, Evidence, NetworkEvidence } from '../../../../src/domain/diagnosis/evidence.ts'
import { evidenceLines } from '../../../../src/domain/diagnosis/evidence-lines.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { isHealthy } from '../../../../src/domain/diagnosis/required.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import * as the from './evidence-literals.ts'

const { evidence, leadingTo, nxdomain, tcpFailing, tlsFailing, reset, unresolved } = the
const codes = (seen: Evidence) => judge(rules, seen).findings.map(({ code }) => code)

describe('precedence', () => {
  test('a stale record is judged before the allow list is blamed', () => {
    const stale = { ...leadingTo(['10.0.0.9'], ['10.0.0.9']), ...tlsFailing(reset) }
    const tcp = { address: '10.0.0.9', connected: true, elapsedMs: 1 }
    expect(codes(evidence({ network: { ...stale, 'tcp:8443': tcp, 'tcp:9440': tcp }, control: { allowList: [] } }))).toEqual([
      'dns-record-stale',
    ])
  })

  test('a stale record hides no missing entry that was seen at the endpoint itself: both, in the order to mend them', () => {
    const tls = tlsFailing(reset)['tls:8443']
    const direct = { tcp: { address: the.address, connected: true, elapsedMs: 1 }, tls }
    const network = { ...leadingTo(['10.0.0.9'], ['10.0.0.9']), 'direct:8443': direct, 'direct:9440': direct }
    expect(codes(evidence({ network, control: { allowList: [] } }))).toEqual(['dns-record-stale', 'allow-list-missing'])
    expect(codes(evidence({ network }))).toEqual(['dns-record-stale', 'allow-list-not-effective'])
  })

  test('a wrong name hides no fault of the network or of TLS that was seen at the endpoint itself', () => {
    const tcp = { address: the.address, connected: true, elapsedMs: 1 }
    const failure = { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', message: '' }
    const untrusted = { ...tlsFailing(failure)['tls:8443'], certificate: the.certificate }
    const [foreign, silent] = [
      { tcp, tls: untrusted },
      { tcp: { address: the.address, connected: false, failure: the.timeout, elapsedMs: 3_000 } },
    ]
    const at = (direct: object) => ({ 'direct:8443': direct, 'direct:9440': direct }) as NetworkEvidence
    const lost = unresolved(nxdomain, the.answer)
    const stale = leadingTo(['10.0.0.9'], ['10.0.0.9'])
    expect(codes(evidence({ network: { ...lost, ...at(foreign) } }))).toEqual(['dns-forwarder-missing', 'tls-intercepted'])
    expect(codes(evidence({ network: { ...lost, ...at(silent) } }))).toEqual(['dns-forwarder-missing', 'network-blocked'])
    expect(codes(evidence({ network: { ...stale, ...at(silent) } }))).toEqual(['dns-record-stale', 'network-blocked'])
    const verdict = judge(rules, evidence({ network: { ...stale, ...at(silent) } }))
    expect(verdict.findings[1]?.detail).toContain(`${the.address} on 8443 and 9440`)
    expect(codes(evidence({ network: { ...stale, ...at({ tcp, tls: the.verified }) } }))).toEqual(['dns-record-stale'])
  })

  test('while Azure does not show the address of the endpoint, the one that DNS leads to counts as its own', () => {
    const { address: _, ...unaddressed } = the.controlPlane.endpoint ?? { id: '', guid: '', connection: '', alias: '' }
    const seen = evidence({ network: tlsFailing(reset), control: { endpoint: unaddressed, allowList: [] } })
    expect(codes(seen)).toEqual(['allow-list-missing'])
    expect(judge(rules, seen).detail).toContain('taken for the endpoint')
  })

  test('independent causes stand side by side, the control plane first', () => {
    const pending = {
      endpoint: { ...the.controlPlane.endpoint, connection: 'Pending' } as never,
      zone: undefined,
      record: undefined,
    }
    expect(codes(evidence({ network: unresolved(nxdomain, nxdomain), control: pending }))).toEqual([
      'endpoint-pending',
      'dns-zone-absent',
    ])
  })

  test('both lists lack the endpoint', () => {
    expect(codes(evidence({ network: tlsFailing(reset), control: { allowList: [], organizationIds: [] } }))).toEqual([
      'organization-entry-missing',
      'allow-list-missing',
    ])
  })

  test('a reset before the hello is blamed on the lists where they explain it, and on the way where they do not', () => {
    const early = [tlsFailing(reset, { resetUnasked: true }), tcpFailing({ ...reset, syscall: 'connect' })]
    for (const network of early) {
      const missing = evidence({ network, control: { allowList: [] } })
      expect(codes(missing)).toEqual(['allow-list-missing'])
      expect(judge(rules, missing).detail).toContain('If it stays when that is mended, an appliance on the way resets it')
      expect(codes(evidence({ network, control: { organizationIds: [] } }))).toEqual(['organization-entry-missing'])
      expect(codes(evidence({ network, control: { allowList: [the.otherGuid] } }))).toEqual(['allow-list-wrong-id'])
      expect(codes(evidence({ network }))).toEqual(['network-reset-on-connect'])
      const alone = evidence({ network, control: 'not-asked' })
      expect(codes(alone)).toEqual(['network-reset-on-connect'])
      expect(judge(rules, alone).detail).toMatch(
        /these causes remain: .*allow list.* What would tell: .*the lists in ClickHouse Cloud/,
      )
    }
  })

  test('a blocked endpoint that is not listed either: both, in the order to mend them', () => {
    const control = { allowList: [] }
    const blocked = evidence({ network: tcpFailing(the.timeout), control })
    expect(codes(blocked)).toEqual(['network-blocked', 'allow-list-missing'])
    expect(judge(rules, blocked).findings[1]?.detail).toContain('was not seen')
    const { 'tcp:9440': deaf } = tcpFailing(the.timeout)
    expect(codes(evidence({ network: { 'tcp:9440': deaf, 'tls:9440': undefined }, control }))).toEqual(['network-port-blocked'])
    expect(codes(evidence({ network: tcpFailing(the.timeout) }))).toEqual(['network-blocked'])
    const refused = tcpFailing({ code: 'ECONNREFUSED', syscall: 'connect', message: '' })
    expect(codes(evidence({ network: refused, control: { organizationIds: [] } }))).toEqual([
      'network-refused',
      'organization-entry-missing',
    ])
  })

  test('a reset before the hello on one port is not blamed on the lists when the other speaks TLS', () => {
    const { 'tls:9440': failed } = tlsFailing(reset, { resetUnasked: true })
    expect(codes(evidence({ network: { 'tls:9440': failed }, control: { allowList: [] } }))).toEqual(['network-reset-on-connect'])
  })

  test('an entry that no endpoint has is a wrong one, though the organization still knows it', () => {
    const control = { allowList: [the.otherGuid], organizationIds: [the.guid, the.otherGuid] }
    const living = [the.guid, the.endpointId]
    expect(codes(evidence({ network: tlsFailing(reset), control }))).toEqual(['allow-list-missing'])
    expect(codes(evidence({ network: tlsFailing(reset), control: { ...control, livingIds: living } }))).toEqual([
      'allow-list-wrong-id',
    ])
    const theirs = { ...control, livingIds: [...living, the.otherGuid.toUpperCase()] }
    expect(codes(evidence({ network: tlsFailing(reset), control: theirs }))).toEqual(['allow-list-missing'])
  })

  test('an unknown control plane is told after the fault', () => {
    expect(codes(evidence({ network: tcpFailing(the.timeout), control: 'unknown' }))).toEqual([
      'network-blocked',
      'control-plane-unknown',
    ])
  })

  test('without a worker the control plane is still judged', () => {
    expect(codes(evidence({ network: 'absent', control: { zone: undefined, record: undefined } }))).toEqual([
      'dns-zone-absent',
      'worker-absent',
    ])
    expect(codes(evidence({ network: 'absent', control: { allowList: [] } }))).toEqual(['allow-list-missing', 'worker-absent'])
    expect(codes(evidence({ network: 'absent', control: { record: { name: '*', addresses: ['10.0.0.9'] } } }))).toEqual([
      'dns-record-stale',
      'worker-absent',
    ])
    expect(codes(evidence({ network: 'absent', control: 'unknown' }))).toEqual(['control-plane-unknown', 'worker-absent'])
  })

  test('a reset is not blamed on the allow list when the other port speaks TLS', () => {
    const network = { 'tls:9440': tlsFailing(reset)['tls:9440'] }
    expect(codes(evidence({ network, control: { allowList: [] } }))).toEqual(['tls-closed-early'])
  })

  test('a sleeping service does not excuse a missing entry', () => {
    const control = { serviceState: 'idle', allowList: [] }
    expect(codes(evidence({ network: tlsFailing(reset), control }))).toEqual(['allow-list-missing', 'service-idle'])
  })

  test('a service that answers is well, whatever its state was when it was read', () => {
    expect(codes(evidence({ control: { serviceState: 'idle' } }))).toEqual([])
    expect(codes(evidence({ control: { allowList: [] } }))).toEqual([])
  })
})

/** The control plane without one of its parts, and why. */
const unreadParts = {
  service: { unread: { service: 'HTTP 403' }, serviceState: undefined, allowList: undefined, organizationIds: undefined },
  organization: { unread: { organization: 'HTTP 403' }, organizationIds: undefined },
  endpoint: { unread: { endpoint: 'HTTP 403' }, endpoint: undefined },
  zone: { unread: { zone: 'HTTP 403' }, zone: undefined, record: undefined },
} as const

describe('never healthy when anything required is missing', () => {
  const required = ['resolver', 'address', 'tcp:8443', 'tcp:9440', 'tls:8443', 'tls:9440', 'ping'] as const
  test.each(required)('without %s', (id) => {
    for (const control of [{}, 'not-asked', 'unknown'] as const) {
      const verdict = judge(rules, evidence({ network: { [id]: undefined }, control }))
      expect(verdict.severity).toBe('warn')
      expect(['worker-absent', 'control-plane-unknown']).toContain(verdict.code)
    }
  })

  test.each(Object.entries(unreadParts))('while %s is not read', (part, control) => {
    const verdict = judge(rules, evidence({ control }))
    expect([verdict.code, verdict.findings.length]).toEqual(['control-plane-unknown', 1])
    expect(verdict.detail).toContain('HTTP 403')
    expect(judge([], evidence({ control: unreadParts.endpoint })).severity).toBe('warn')
    const lines = evidenceLines(evidence({ control })).filter(({ said }) => said.includes('HTTP 403'))
    expect(lines.map(({ what }) => what)).toEqual([part])
  })

  test('what is not read is neither gone nor changed', () => {
    const before = snapshotOf(the.healthy)
    for (const [part, control] of Object.entries(unreadParts)) {
      expect(changesBetween(before, snapshotOf(evidence({ control }))), part).toEqual([])
      expect(codes(evidence({ network: 'absent', control })), part).toEqual(['control-plane-unknown', 'worker-absent'])
      expect(codes(evidence({ network: tlsFailing(reset), control })).at(-1), part).toBe('control-plane-unknown')
    }
    const reason = judge(rules, evidence({ network: tlsFailing(reset), control: unreadParts.service })).detail
    expect(reason).toContain(
      "Without what could not be read these causes remain: the endpoint is not on the service's allow list",
    )
    expect(reason).not.toContain('is not Approved')
  })

  test('not even where no rule speaks', () => {
    for (const id of required) expect(judge([], evidence({ network: { [id]: undefined } })).severity, id).toBe('warn')
    const { 'tls:9440': failed } = tlsFailing(reset)
    const wrong = [
      evidence({ network: { ping: { status: 200, body: 'Ok', elapsedMs: 1 } } }),
      evidence({ network: { ping: { status: 503, body: 'Ok.', elapsedMs: 1 } } }),
      evidence({ network: { 'tls:9440': failed } }),
      evidence({ network: { 'tls:8443': { ...the.verified, address: '10.0.0.9' } } }),
      evidence({ network: { resolver: { ...the.answer, addresses: ['10.0.0.9'] } } }),
      evidence({ control: { endpoint: { ...the.controlPlane.endpoint, connection: '' } as never } }),
      evidence({ control: { endpoint: undefined } }),
      evidence({ control: 'unknown' }),
      evidence({ host: 'q7.westus3.azure.clickhouse.cloud' }),
      { ...the.healthy, workerAbsent: true as const },
    ]
    for (const seen of wrong) expect(judge([], seen).severity, JSON.stringify(seen)).toBe('warn')
    expect(judge([], the.healthy).severity).toBe('ok')
  })

  test('without anything', () => {
    expect(judge(rules, { host: the.host, network: 'n' }).code).toBe('worker-absent')
    expect(judge([], { host: the.host, network: 'n' }).severity).toBe('warn')
    expect(judge(rules, evidence({ network: { address: {} } })).code).toBe('control-plane-unknown')
    expect(judge(rules, evidence({ network: {}, control: 'unknown' })).severity).toBe('warn')
  })

  test('with an address that is not the expected one', () => {
    expect(judge(rules, { ...evidence({ control: 'not-asked' }), expectedAddress: '10.0.0.7' }).code).toBe('dns-record-stale')
    expect(judge(rules, evidence({ network: { address: { dialled: '10.0.0.9' } } })).severity).not.toBe('ok')
  })
})

/** Every answer that one resolver can give, times every answer of the other, times what the control plane knows. */
test('whatever fails gets a code, and only proof is healthy', () => {
  const from = (changes: Partial<DnsAnswer>): DnsAnswer => ({ ...the.answer, addresses: [], ...changes })
  const answers = [
    the.answer,
    from({ addresses: ['10.0.0.9'] }),
    from({ addresses: ['203.0.113.9'] }),
    from({ addresses: [the.address, '10.0.0.9'] }),
    from({ addresses: ['10.0.0.8', '10.0.0.9'] }),
    from({ rcode: 'NXDOMAIN' }),
    from({ rcode: 'NXDOMAIN', soa: the.azureSoa }),
    from({}),
    from({ cnames: ['x.example'] }),
    from({ rcode: 'SERVFAIL' }),
    from({ rcode: 'TIMEOUT' }),
  ]
  const controls = [
    'unknown',
    'not-asked',
    {},
    { zone: undefined, record: undefined },
    { zone: { id: 'z', linked: false } },
    { record: undefined },
    { record: { name: '*', addresses: ['10.0.0.9'] } },
    { endpoint: undefined },
    ...Object.values(unreadParts),
  ] as const
  const phases = [{}, tcpFailing(the.timeout), tlsFailing(reset), tlsFailing({ code: 'ESTRANGE', message: '' })]
  for (const resolver of answers) {
    for (const azure of [...answers, undefined]) {
      for (const control of controls) {
        for (const phase of phases) {
          const seen = evidence({ network: { ...phase, ...consistent(resolver, phase), 'azure-dns': azure }, control })
          const verdict = judge(rules, seen)
          const what = JSON.stringify([verdict.code, resolver, azure, control, phase])
          expect(verdict.severity === 'ok', what).toBe(isHealthy(seen))
          expect(verdict.title, what).not.toBe('what was seen does not fit together')
          const addressIsKnown = typeof control === 'object' && !('endpoint' in control)
          const dnsFails = resolver.addresses.join() !== the.address && addressIsKnown
          if (dnsFails) expect(verdict.code, what).toMatch(/^dns-/)
        }
      }
    }
  }
})

/** What the checks would have seen after this answer. */
function consistent(resolver: DnsAnswer, phase: object): { [Id in keyof NetworkEvidence]: NetworkEvidence[Id] | undefined } {
  const inside = resolver.addresses.filter((address) => address.startsWith('10.'))
  const dialled = inside.find((address) => address === the.address) ?? inside[0]
  if (dialled === undefined) {
    const { 'azure-dns': _, ...nothing } = unresolved(resolver, undefined)
    return resolver.addresses.length > 0 ? { ...nothing, address: { refused: 'outside-prefixes' } } : nothing
  }
  const entries = Object.entries({ ...the.networkPlane, ...phase }).map(([id, result]) => [
    id,
    result !== undefined && 'address' in result ? { ...result, address: dialled } : result,
  ])
  return { ...Object.fromEntries(entries), resolver, address: { dialled } }
}

test('a stopped service explains whatever the ports say, an alert and a refusal included', () => {
  const alert = tlsFailing({ code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', message: 'SSL alert number 80' })
  const refusals = [
    tcpFailing({ code: 'ECONNREFUSED', syscall: 'connect', message: '' }),
    tcpFailing({ ...reset, syscall: 'connect' }),
  ]
  for (const network of [alert, ...refusals, tlsFailing(reset)])
    expect(codes(evidence({ network, control: { serviceState: 'stopped' } }))).toEqual(['service-stopped'])
  expect(codes(evidence({ network: tcpFailing(the.timeout), control: { serviceState: 'stopped' } }))).toEqual([
    'service-stopped',
    'network-blocked',
  ])
})

test('an endpoint that is not known here, by which all works, is a warning; what fails besides is not hidden', () => {
  const seen = evidence({ control: { endpoint: undefined } })
  expect(judge(rules, seen)).toMatchObject({ code: 'endpoint-disconnected', severity: 'warn' })
  expect(judge(rules, seen).detail).toContain('another virtual network')
  const { 'tcp:9440': blocked } = tcpFailing(the.timeout)
  const half = evidence({ network: { 'tcp:9440': blocked, 'tls:9440': undefined }, control: { endpoint: undefined } })
  expect(codes(half)).toEqual(['network-port-blocked', 'endpoint-disconnected'])
})

test('a state that nobody knows is named, and blames no worker', () => {
  const verdict = judge(rules, evidence({ network: { ping: undefined }, control: { serviceState: 'migrating' } }))
  expect(verdict).toMatchObject({
    code: 'control-plane-unknown',
    severity: 'warn',
    detail: expect.stringContaining('"migrating"'),
  })
  expect(verdict.findings).toHaveLength(1)
  expect(codes(evidence({ control: { serviceState: 'migrating' } }))).toEqual([])
  expect(codes(evidence({ network: tcpFailing(the.timeout), control: { serviceState: '' } }))).toEqual([
    'network-blocked',
    'control-plane-unknown',
  ])
})

test.each([
  ['stopped', ['service-stopped']],
  ['degraded', ['worker-absent']],
])('a ping that was left out for a %s service', (serviceState, expected) => {
  expect(codes(evidence({ network: { ping: undefined }, control: { serviceState } }))).toEqual(expected)
})

test('ids that are of nobody are evidence, and no part of the verdict that everybody reads', () => {
  const seen = evidence({ network: tlsFailing(reset), control: { allowList: [the.otherGuid] } })
  const verdict = judge(rules, seen)
  expect(verdict).toMatchObject({ code: 'allow-list-wrong-id', detail: expect.stringContaining('it holds 1 id') })
  expect(JSON.stringify(verdict)).not.toContain(the.otherGuid)
  expect(evidenceLines(seen)).toContainEqual({ what: 'of these, no known endpoint', said: the.otherGuid })
})

test('whom a certificate names is evidence, and no part of the verdict that everybody reads', () => {
  const certificate = {
    subject: 'CN=inside.example',
    issuer: 'CN=Proxy of acme',
    validFrom: '2026-01-01',
    validTo: '2027-01-01',
    names: '',
  }
  for (const code of ['SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
    const tls = { ...the.verified, verified: false, failure: { code, message: code }, certificate }
    const verdict = judge(rules, evidence({ network: { 'tls:8443': tls, 'tls:9440': tls, ping: undefined } }))
    expect(verdict.code).toMatch(/^tls-(intercepted|wrong-name)$/)
    expect(JSON.stringify(verdict)).not.toMatch(/inside\.example|Proxy of acme/)
  }
})
