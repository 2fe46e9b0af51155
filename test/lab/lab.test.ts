import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FindingCode } from '../../src/domain/diagnosis/finding.ts'
import type { LabState } from './cloud.ts'
import { addresses, obstacle } from './namespaces.ts'
import { host, openStage, type Report, type Stage } from './stage.ts'

/** A real network: real addresses and ports, a resolver of the distribution, packets that are dropped. */

const why = obstacle()
if (why !== undefined) console.error(`\n  THE LAB WAS NOT RUN: ${why}. Faults of a real network are not tested here.\n`)

const zone = 'westus3.privatelink.azure.clickhouse.cloud'
const right: LabState = { records: [{ type: 'A', name: '*', addresses: [addresses.endpoint] }] }

describe.skipIf(why !== undefined)('the lab', { timeout: 60_000 }, () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage()
  }, 60_000)
  afterAll(() => stage.close())
  beforeEach(async () => {
    await stage.become(right)
    await stage.startResolver()
  })
  afterEach(async () => await stage.reset())

  const codes = ({ findings }: Report) => findings.map(({ code }) => code)
  const expecting = ['--expect-ip', addresses.endpoint]

  test('healthy, with nothing but defaults', async () => {
    const report = await stage.diagnose(...expecting)
    expect(report.verdict.code).toBe('healthy')
    expect(report.evidence).toMatchObject({
      wire: { server: addresses.resolver, addresses: [addresses.endpoint], ttl: 60 },
      'azure-dns': { server: addresses.azureDns, addresses: [addresses.endpoint] },
      ping: { status: 200 },
    })
  })

  test('the service does not admit the endpoint', async () => {
    await stage.become({ ...right, allowed: false })
    const report = await stage.diagnose(...expecting)
    expect(codes(report)).toEqual(['allow-list-missing'])
    expect(report.verdict.detail).toContain('allow list')
  })

  describe('DNS', () => {
    test.each<readonly [string, FindingCode, LabState]>([
      ['no zone, as far as this network sees', 'dns-zone-absent', { ...right, linked: false }],
      ['no record', 'dns-record-absent', {}],
      [
        'a TXT record at the name',
        'dns-record-masked',
        { records: [...(right.records ?? []), { type: 'TXT', name: 'q7k3m9x2wb', addresses: ['x'] }] },
      ],
      [
        'an alias of nothing',
        'dns-dangling-cname',
        { records: [{ type: 'CNAME', name: 'q7k3m9x2wb', addresses: ['gone.example'] }] },
      ],
      ['a foreign address', 'dns-record-stale', { records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] }],
      [
        'two addresses',
        'dns-several-addresses',
        { records: [{ type: 'A', name: '*', addresses: [addresses.endpoint, addresses.foreign] }] },
      ],
      ['a public address', 'dns-public-address', { records: [{ type: 'A', name: '*', addresses: ['203.0.113.7'] }] }],
    ])('%s: %s', async (_what, code, state) => {
      await stage.become(state)
      const report = await stage.diagnose(...(code === 'dns-public-address' ? [] : expecting))
      expect(codes(report)).toEqual([code])
    })

    test('an IPv6 address beside the right one is a warning', async () => {
      await stage.become({ records: [...(right.records ?? []), { type: 'AAAA', name: '*', addresses: ['2001:db8::4'] }] })
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-ipv6-answer'])
    })

    test('the resolver still has the old answer, and for how long', async () => {
      await stage.become({ records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] })
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-record-stale'])
      await stage.become(right)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-cache-stale'])
      expect(report.verdict.detail).toMatch(/for another [1-6]?\d s/)
      expect(report.verdict.detail).toContain('only DNS is wrong')
    })

    test('the resolver remembers the right answer, and Azure gives another by now', async () => {
      expect(codes(await stage.diagnose(...expecting))).toEqual([])
      await stage.become({ records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] })
      const { verdict, findings } = await stage.diagnose(...expecting)
      expect(findings).toMatchObject([{ code: 'dns-record-stale', severity: 'warn' }])
      expect(verdict.detail).toContain('When its memory ends')
    })

    test.each([
      ['answers NXDOMAIN of its own', [`--address=/${zone}/`]],
      ['answers a public address', [`--address=/${zone}/203.0.113.9`]],
    ])('a resolver that does not ask Azure, and %s', async (_what, words) => {
      await stage.startResolver(...words)
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-forwarder-missing'])
    })

    test.each([
      ['for the whole zone', [`--address=/${zone}/${addresses.foreign}`]],
      ['with a TTL', [`--host-record=${host},${addresses.foreign},300`]],
    ])('a resolver with an address of its own, %s', async (_what, words) => {
      await stage.startResolver(...words)
      const { verdict } = await stage.diagnose(...expecting)
      expect(verdict.code).toBe('dns-cache-stale')
      expect(verdict.detail).toContain('does not age')
    })

    test.each([
      ['is not there', async () => await stage.stopResolver()],
      ['is not to be reached', async () => stage.lab.drop(`ip daddr ${addresses.resolver} udp dport 53`)],
    ])('a resolver that %s', async (_what, fail) => {
      await fail()
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-server-failing'])
      expect(report.verdict.detail).toContain('only DNS is wrong')
    })

    const wrong = [`--address=/${zone}/`]
    const forwarding = [`--server=${addresses.azureDns}`]
    test.each<readonly [string, readonly string[], readonly string[], string]>([
      ['the second one is wrong', [], wrong, ''],
      ['the second one is wrong, and they are asked in turn', [], wrong, 'options rotate\n'],
      ['the first one is wrong', wrong, forwarding, ''],
      ['the first one is wrong, and they are asked in turn', wrong, forwarding, 'options rotate\n'],
    ])('two servers: %s', async (_what, first, second, options) => {
      await stage.startResolver(...first)
      await stage.startAnother(stage.lab.cloud, addresses.secondResolver, ...second)
      stage.lab.resolvConf(`${options}nameserver ${addresses.resolver}\nnameserver ${addresses.secondResolver}\n`)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-servers-disagree'])
      const culprit = first === wrong ? addresses.resolver : addresses.secondResolver
      expect(report.verdict.remedy.text).toContain(culprit)
    })

    test.each<readonly [string, readonly string[], readonly string[], () => string]>([
      ['the second one is wrong', [], wrong, () => addresses.resolverIpv6],
      ['the first one is wrong', wrong, forwarding, () => addresses.resolver],
      [
        'the second one is wrong, on an address of its link',
        [],
        wrong,
        () => `${addresses.resolverLinkLocal}%${stage.lab.cable.name}`,
      ],
      [
        'the second one is wrong, on the number of an interface',
        [],
        wrong,
        () => `${addresses.resolverLinkLocal}%${stage.lab.cable.index}`,
      ],
    ])('two servers, the second on IPv6: %s', async (_what, first, second, culprit) => {
      await stage.startResolver(...first)
      const onIpv6 = first === wrong ? addresses.resolverIpv6 : culprit()
      await stage.startAnother(stage.lab.cloud, onIpv6.replace(/%.*/, ''), ...second)
      stage.lab.resolvConf(`nameserver ${addresses.resolver}\nnameserver ${onIpv6}\n`)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-servers-disagree'])
      expect(report.verdict.remedy.text).toContain(`Correct ${culprit()}:`)
    })

    test('the only server is on IPv6', async () => {
      await stage.startAnother(stage.lab.cloud, addresses.resolverIpv6, ...forwarding)
      stage.lab.resolvConf(`nameserver ${addresses.resolverIpv6}\n`)
      const report = await stage.diagnose(...expecting)
      expect(report.verdict.code).toBe('healthy')
      expect(report.evidence).toMatchObject({ wire: { server: addresses.resolverIpv6, addresses: [addresses.endpoint] } })
    })

    test('the only server is on IPv6 and silent', async () => {
      stage.lab.drop(`ip6 daddr ${addresses.resolverIpv6} udp dport 53`)
      stage.lab.resolvConf(`nameserver ${addresses.resolverIpv6}\n`)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-server-failing'])
      expect(report.verdict.remedy.text).toContain(addresses.resolverIpv6)
    })

    test('nothing leads to the first server, on IPv6: programs go past it', async () => {
      stage.lab.resolvConf(`nameserver 2001:db8::53\nnameserver ${addresses.resolver}\n`)
      const report = await stage.diagnose(...expecting)
      expect(report.verdict.code).toBe('healthy')
      expect(report.verdict.detail).toContain('2001:db8::53 cannot be reached')
    })

    test('a stub is spoken of by the servers behind it', async () => {
      await stage.startResolver(`--address=/${zone}/`)
      await stage.startAnother(stage.lab.client, '127.0.0.53', `--server=${addresses.resolver}`)
      stage.lab.resolvConf('nameserver 127.0.0.53\n')
      const report = await stage.diagnose('--upstream', ...expecting)
      expect(codes(report)).toEqual(['dns-forwarder-missing'])
      expect(`${report.verdict.detail} ${report.verdict.remedy.text}`).toContain(addresses.resolver)
      expect(`${report.verdict.detail} ${report.verdict.remedy.text}`).not.toContain('127.0.0.53')
      expect(report.evidence.servers).toMatchObject([{ server: addresses.resolver, rcode: 'NXDOMAIN' }])
    })

    test('a filter against rebinding takes the private address out', async () => {
      await stage.startResolver('--stop-dns-rebind')
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-answer-filtered'])
      expect(report.verdict.remedy.text).toContain(addresses.resolver)
    })

    test('a right answer that takes 2.8 s is slow, and no fault', async () => {
      const script = `const { createSocket } = require('node:dgram')
        const front = createSocket('udp4').bind(53, '${addresses.secondResolver}', () => console.error('up'))
        front.on('message', (query, peer) => {
          const back = createSocket('udp4')
          back.on('message', (answer) => setTimeout(() => { front.send(answer, peer.port, peer.address); back.close() }, 2800))
          back.send(query, 53, '${addresses.azureDns}')
        })`
      await stage.start(stage.lab.cloud, [process.execPath, '-e', script])
      stage.lab.resolvConf(`nameserver ${addresses.secondResolver}\n`)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual([])
      expect(report.verdict).toMatchObject({
        code: 'healthy',
        detail: expect.stringMatching(/DNS is slow: 10\.0\.0\.54 took [23]/),
      })
    })

    test('a diagnosis before the zone is linked leaves a negative answer in the cache, which is said after it', async () => {
      await stage.become({ ...right, linked: false })
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-zone-absent'])
      await stage.become(right)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-negative-cached'])
      expect(report.verdict.remedy.text).toContain(addresses.resolver)
    })

    test('a resolver that refuses is said to refuse', async () => {
      await stage.startAnother(stage.lab.cloud, addresses.secondResolver)
      stage.lab.resolvConf(`nameserver ${addresses.secondResolver}\n`)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-server-failing'])
      expect(report.verdict.detail).toContain(`${addresses.secondResolver} answers REFUSED`)
    })

    test('the hosts file pins the name', async () => {
      stage.lab.hosts(`127.0.0.1 localhost\n${addresses.foreign} ${host} # since the migration\n`)
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-hosts-override'])
    })

    test('a search domain catches the name', async () => {
      stage.lab.resolvConf(`search corp.example\nnameserver ${addresses.resolver}\n`)
      await stage.startResolver(`--address=/${host}.corp.example/${addresses.foreign}`)
      await stage.become({})
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-search-domain', 'dns-record-absent'])
    })

    test('a search domain catches the name before the absolute one, which is right', async () => {
      stage.lab.resolvConf(`search corp.example\noptions ndots:9\nnameserver ${addresses.resolver}\n`)
      await stage.startResolver(`--address=/${host}.corp.example/${addresses.foreign}`)
      const report = await stage.diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-search-domain'])
      expect(report.verdict.detail).toContain(`itself leads to ${addresses.endpoint}`)
    })
  })

  describe('the network', () => {
    test('a firewall that drops both ports', async () => {
      stage.lab.drop('tcp dport { 8443, 9440 }')
      expect(codes(await stage.diagnose(...expecting))).toEqual(['network-blocked'])
    })

    test.each([8443, 9440])('a firewall that drops %i', async (port) => {
      stage.lab.drop(`tcp dport ${port}`)
      expect(codes(await stage.diagnose(...expecting))).toEqual(['network-port-blocked'])
    })

    test('no route', async () => {
      stage.lab.ip(stage.lab.client, 'route', 'add', 'unreachable', `${addresses.endpoint}/32`)
      try {
        expect(codes(await stage.diagnose(...expecting))).toEqual(['network-unreachable'])
      } finally {
        stage.lab.ip(stage.lab.client, 'route', 'del', 'unreachable', `${addresses.endpoint}/32`)
      }
    })

    test('a path that takes no packet of full size: the hello of two segments is lost, a small one is not', async () => {
      stage.lab.drop('tcp dport { 8443, 9440 } meta length > 1000')
      expect(codes(await stage.diagnose(...expecting))).toEqual(['tls-large-hello'])
    })

    test('two causes at once: both, in the order to mend them', async () => {
      await stage.become({ records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] })
      stage.lab.drop(`ip daddr ${addresses.endpoint} tcp dport { 8443, 9440 }`)
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-record-stale', 'network-blocked'])
      stage.lab.drop(`ip daddr ${addresses.endpoint} tcp dport 9440`)
      expect(codes(await stage.diagnose(...expecting))).toEqual(['dns-record-stale', 'network-port-blocked'])
    })
  })

  test('the worker: at its default addresses, with a heartbeat, and missed when it dies', async () => {
    const worker = join('test', 'lab', 'worker.ts')
    const child = stage.lab.spawn(stage.lab.client, [process.execPath, worker], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: stage.authority, LAB_HOST: host, LAB_ENDPOINT: addresses.endpoint },
    })
    if (child.stdout === null) throw new Error('no output')
    const lines: string[] = []
    createInterface(child.stdout).on('line', (line) => lines.push(line))
    await Promise.race([once(child, 'close'), delay(50_000)])
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { workers: 2, dialled: addresses.endpoint, verified: true },
      { workers: 1, dialled: addresses.endpoint, verified: true },
      { workers: 0, dialled: null, inTime: true },
    ])
  })
})
