import { createServer as createHttps } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer as createTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { createAuthority } from '../../../../sandbox/certificates.ts'
import type { AnyCheck } from '../../../../src/diagnostics/check.ts'
import { createTrust } from '../../../../src/diagnostics/connection/trust.ts'
import { createProbe } from '../../../../src/diagnostics/probe.ts'
import { runChecks } from '../../../../src/diagnostics/run-checks.ts'
import { judge } from '../../../../src/domain/diagnosis/judge.ts'
import { rules } from '../../../../src/domain/diagnosis/rules/all.ts'
import { a, host, listen, loneAddress, serve, serveDns } from './fixture.ts'

const signal = new AbortController().signal
const hostSuffixes = ['.privatelink.azure.clickhouse.cloud']

describe('a probe', () => {
  async function network(address = loneAddress(), prefixes = [`${address}/32`]) {
    const authority = await createAuthority()
    const identity = await authority.issue({ names: [host] })
    const dns = await serveDns(() => ({ answers: [a(address)] }))
    const probe = createProbe({
      dnsServers: [dns],
      resolver: [dns],
      hostSuffixes,
      prefixes,
      trust: createTrust([authority.certificate]),
    })
    return { address, identity, dns, probe }
  }

  test('healthy', async () => {
    const { address, identity, probe } = await network()
    await listen(
      createHttps(identity, (_request, response) => void response.end('Ok.\n')),
      address,
      8443,
    )
    await listen(createTls(identity), address, 9440)
    const networkPlane = await probe({ host, expectedAddress: address }, signal)
    expect(judge(rules, { host, network: 'n', networkPlane, expectedAddress: address })).toMatchObject({ code: 'healthy' })
    expect(Object.keys(networkPlane)).toHaveLength(10)
  })

  test('Azure DNS is asked about IPv6 where the network asks somebody else', async () => {
    const address = loneAddress()
    const own = await serveDns(({ questions: [asked] = [] }) => (asked?.type === 'A' ? { answers: [a(address)] } : {}))
    const azure = await serveDns(({ questions: [asked] = [] }) => ({
      answers: [asked?.type === 'A' ? a(address) : { type: 'AAAA', name: host, data: '2001:db8::4' }],
    }))
    const probe = createProbe({ dnsServers: [azure], resolver: [own], hostSuffixes, prefixes: [] })
    expect(await probe({ host }, signal)).toMatchObject({ ipv6: { addresses: [] }, 'azure-ipv6': { addresses: ['2001:db8::4'] } })
  })

  test('three resolvers that say nothing are evidence', async () => {
    const dead = [await serveDns(() => undefined), await serveDns(() => undefined), await serveDns(() => undefined)]
    const probe = createProbe({ dnsServers: dead, resolver: dead, hostSuffixes, prefixes: [] })
    const startedAt = performance.now()
    const networkPlane = await probe({ host }, signal)
    expect(performance.now() - startedAt).toBeLessThan(3_900)
    expect(networkPlane).toMatchObject({ resolver: { rcode: 'TIMEOUT' }, 'azure-dns': { rcode: 'TIMEOUT' } })
    expect(judge(rules, { host, network: 'n', networkPlane })).toMatchObject({ code: 'dns-server-failing' })
  })

  test('a lost question about IPv6 and an Azure DNS out of reach hold the verdict back no longer than a slow answer may take', async () => {
    const address = loneAddress()
    const resolver = await serveDns(({ questions: [asked] = [] }) =>
      asked?.type === 'A' ? { answers: [a(address)] } : undefined,
    )
    const silent = await serveDns(() => undefined)
    const probe = createProbe({ dnsServers: [silent], resolver: [resolver], hostSuffixes, prefixes: [`${address}/32`] })
    const startedAt = performance.now()
    const seen = await probe({ host }, signal)
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(seen).toMatchObject({
      ipv6: { rcode: 'TIMEOUT' },
      'azure-dns': { rcode: 'TIMEOUT' },
      resolver: { addresses: [address] },
    })
  })

  test('the service refuses the endpoint', async () => {
    const { address, probe } = await network()
    for (const port of [8443, 9440]) await serve((socket) => socket.once('data', () => socket.resetAndDestroy()), address, port)
    const networkPlane = await probe({ host }, signal)
    expect(networkPlane).not.toHaveProperty('ping')
    expect(judge(rules, { host, network: 'n', networkPlane })).toMatchObject({
      code: 'allow-list-missing',
      detail: expect.stringContaining('allow list'),
    })
  })

  test.each([
    ['9440', false],
    ['both ports', true],
  ])('a client certificate is demanded on %s', async (_where, both) => {
    const { address, identity, probe } = await network()
    const demanding = { ...identity, requestCert: true, rejectUnauthorized: true }
    await listen(
      createHttps(both ? demanding : identity, (_request, response) => void response.end('Ok.\n')),
      address,
      8443,
    )
    await listen(createTls(demanding), address, 9440)
    const networkPlane = await probe({ host }, signal)
    expect(judge(rules, { host, network: 'n', networkPlane })).toMatchObject({
      code: 'tls-alert',
      detail: expect.stringContaining('116'),
      findings: [{ code: 'tls-alert' }],
    })
  })

  test('an alert that comes only once /ping is asked is a fault of TLS', async () => {
    const { address, identity, probe } = await network()
    for (const port of [8443, 9440])
      await listen(
        createTls(identity, (socket) => socket.resume()),
        address,
        port,
      )
    const seen = await probe({ host, quiet: true }, signal)
    const failure = { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', message: 'SSL alert number 116' }
    const networkPlane = { ...seen, ping: { failure, elapsedMs: 30 } }
    expect(judge(rules, { host, network: 'n', networkPlane }).findings).toMatchObject([{ code: 'tls-alert' }])
  })

  test('an address outside the prefixes is not dialled', async () => {
    let connections = 0
    const { address, probe } = await network(undefined, ['10.0.0.0/8'])
    for (const port of [8443, 9440]) await serve(() => void connections++, address, port)
    const networkPlane = await probe({ host, expectedAddress: address }, signal)
    expect(networkPlane.address).toEqual({ refused: 'outside-prefixes' })
    expect(Object.keys(networkPlane).sort()).toEqual(['address', 'azure-dns', 'clock', 'ipv6', 'resolver'])
    expect(connections).toBe(0)
    expect(judge(rules, { host, network: 'n', networkPlane })).toMatchObject({ code: 'dns-public-address' })
  })

  test('a resolver that changes its mind leads nobody to a second address', async () => {
    const [first, second] = [loneAddress(), loneAddress()]
    let asked = 0
    const turning = await serveDns(({ questions: [question] = [] }) => {
      if (question?.type !== 'A') return {}
      asked += 1
      return { answers: [a(asked === 1 ? first : second, 0)] }
    })
    const azure = await serveDns(() => ({ answers: [a(second)] }))
    let [there, elsewhere] = [0, 0]
    for (const port of [8443, 9440]) {
      await serve((socket) => socket.once('data', () => socket.resetAndDestroy()).on('close', () => void there++), first, port)
      await serve(() => void elsewhere++, second, port)
    }
    const probe = createProbe({ dnsServers: [azure], resolver: [turning], hostSuffixes, prefixes: ['127.0.0.0/8'] })
    const seen = await probe({ host }, signal)
    expect(seen).toMatchObject({ address: { dialled: first }, 'tcp:8443': { address: first }, 'tls:9440': { address: first } })
    expect(there).toBeGreaterThan(2)
    expect(elsewhere).toBe(0)
  })

  test('another host is refused before anything is asked', async () => {
    const { dns, probe } = await network()
    await expect(probe({ host: 'metadata.example' }, signal)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'host-not-permitted',
    })
    expect(dns.queries).toHaveLength(0)
  })
})

describe('a probe that is cut short', () => {
  test('says what it knows, and takes no silence for a fault that had no time to end', async () => {
    const address = loneAddress()
    const dns = await serveDns(({ questions: [asked] = [] }) => (asked?.type === 'A' ? { answers: [a(address)] } : undefined))
    for (const port of [8443, 9440]) await serve(() => {}, address, port)
    const prefixes = [`${address}/32`]
    const probe = createProbe({ dnsServers: [dns], resolver: [dns], hostSuffixes, prefixes })
    const startedAt = performance.now()
    const seen = await probe({ host, deadlineMs: 400 }, signal)
    expect(performance.now() - startedAt).toBeLessThan(900)
    expect(Object.keys(seen).sort()).toEqual(['address', 'azure-dns', 'clock', 'resolver', 'tcp:8443', 'tcp:9440'])
    const verdict = judge(rules, { host, network: 'n', networkPlane: seen, expectedAddress: address })
    expect(verdict).toMatchObject({ code: 'worker-absent', detail: expect.stringContaining('tls:8443 and tls:9440') })
    const patient = await probe({ host, deadlineMs: 1_900 }, signal)
    expect(patient['tls:8443']?.failure).toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringMatching(/^no answer within 1\.[5-9] s$/),
    })
  })

  test('a fault that was seen in time stays', async () => {
    const address = loneAddress()
    const dns = await serveDns(() => ({ answers: [a(address)] }))
    await serve((socket) => socket.once('data', () => socket.resetAndDestroy()), address, 8443)
    await serve(() => {}, address, 9440)
    const probe = createProbe({ dnsServers: [dns], resolver: [dns], hostSuffixes, prefixes: [`${address}/32`] })
    const seen = await probe({ host, deadlineMs: 500 }, signal)
    expect(seen).toMatchObject({ 'tls:8443': { failure: { code: 'ECONNRESET' } }, 'tcp:9440': { connected: true } })
    expect(seen).not.toHaveProperty('tls:9440')
  })
})

describe('running checks', () => {
  const dnsAnswer = { server: 's', rcode: 'NOERROR', addresses: ['10.0.0.4'], cnames: [], elapsedMs: 1 }
  const resolver = (run: () => Promise<typeof dnsAnswer>, deadlineMs = 1_000): AnyCheck => ({
    id: 'resolver',
    needs: [],
    deadlineMs,
    run: () => run,
  })
  const azure = (run: () => Promise<typeof dnsAnswer>): AnyCheck => ({
    id: 'azure-dns',
    needs: [],
    deadlineMs: 1_000,
    run: () => run,
  })
  const address: AnyCheck = {
    id: 'address',
    needs: ['resolver'],
    deadlineMs: 1_000,
    run: (_target, soFar) => (soFar.resolver === undefined ? undefined : { dialled: '10.0.0.4' }),
  }

  test('independent checks run at the same time, dependent ones see what came before', async () => {
    const slow = () => delay(200, dnsAnswer)
    const startedAt = performance.now()
    const evidence = await runChecks([address, azure(slow), resolver(slow)], { host }, signal)
    expect(performance.now() - startedAt).toBeLessThan(380)
    expect(evidence).toEqual({ resolver: dnsAnswer, 'azure-dns': dnsAnswer, address: { dialled: '10.0.0.4' } })
  })

  test('a check that hangs is absent, and delays nobody else', async () => {
    const hang = () => new Promise<never>(() => {})
    const startedAt = performance.now()
    const evidence = await runChecks([resolver(hang, 100), azure(async () => dnsAnswer), address], { host }, signal)
    expect(evidence).toEqual({ 'azure-dns': dnsAnswer })
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(await runChecks([resolver(hang)], { host }, signal, 50)).toEqual({})
  })

  test('what a check says when its time is up counts', async () => {
    const sayAtTheEnd: AnyCheck = {
      id: 'resolver',
      needs: [],
      deadlineMs: 50,
      run: () => (own) =>
        new Promise((resolve) => own.addEventListener('abort', () => setImmediate(resolve, dnsAnswer), { once: true })),
    }
    expect(await runChecks([sayAtTheEnd], { host }, signal)).toEqual({ resolver: dnsAnswer })
    expect(await runChecks([{ ...sayAtTheEnd, deadlineMs: 1_000 }], { host }, signal, 50)).toEqual({ resolver: dnsAnswer })
  })

  test('the caller can stop it, and a defect is not swallowed', async () => {
    const hang = () => new Promise<never>(() => {})
    await expect(runChecks([resolver(hang)], { host }, AbortSignal.timeout(30))).rejects.toThrow(/timeout|abort/i)
    const defect = async () => {
      throw new TypeError('defect')
    }
    await expect(runChecks([resolver(defect)], { host }, signal)).rejects.toThrow('defect')
  })
})
