import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FindingCode } from '../../src/domain/diagnosis/finding.ts'
import type { LabState } from './cloud.ts'
import { addresses, type Lab, obstacle, openLab } from './namespaces.ts'

/** A real network: real addresses and ports, a resolver of the distribution, packets that are dropped. */

const why = obstacle()
if (why !== undefined) console.error(`\n  THE LAB WAS NOT RUN: ${why}. Faults of a real network are not tested here.\n`)

const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'
const zone = 'westus3.privatelink.azure.clickhouse.cloud'
const right: LabState = { records: [{ type: 'A', name: '*', addresses: [addresses.endpoint] }] }

describe.skipIf(why !== undefined)('the lab', { timeout: 60_000 }, () => {
  let lab: Lab
  let folder: string
  let cloud: ChildProcess
  let answers: Interface
  let resolver: ChildProcess | undefined
  let others: ChildProcess[] = []

  beforeAll(async () => {
    lab = openLab()
    folder = mkdtempSync(join(tmpdir(), 'privatelink-lab-'))
    cloud = lab.spawn(lab.cloud, [process.execPath, 'test/lab/cloud.ts', join(folder, 'ca.pem')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    if (cloud.stdout === null) throw new Error('The cloud has no output.')
    answers = createInterface(cloud.stdout)
    await once(answers, 'line')
  }, 60_000)
  afterAll(async () => {
    cloud.kill('SIGKILL')
    lab.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(async () => {
    await become(right)
    await startResolver()
  })
  afterEach(async () => {
    lab.drop()
    lab.hosts('127.0.0.1 localhost\n')
    lab.resolvConf(`nameserver ${addresses.resolver}\n`)
    await stopResolver()
    for (const child of others) {
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
    }
    others = []
  })

  async function become(state: LabState): Promise<void> {
    const answered = once(answers, 'line')
    cloud.stdin?.write(`${JSON.stringify(state)}\n`)
    await answered
  }

  /** dnsmasq, which forwards everything to Azure DNS unless told otherwise. */
  async function startResolver(...more: readonly string[]): Promise<void> {
    await stopResolver()
    const settings = ['--keep-in-foreground', '--no-resolv', '--no-hosts', '--bind-interfaces', '--user=root', '--pid-file=']
    const where = [`--listen-address=${addresses.resolver}`, `--server=${addresses.azureDns}`, '--log-facility=-']
    resolver = lab.spawn(lab.cloud, ['dnsmasq', ...settings, ...where, ...more], { stdio: ['ignore', 'ignore', 'pipe'] })
    if (resolver.stderr !== null) await once(createInterface(resolver.stderr), 'line')
  }

  /** Another dnsmasq beside it, until the end of the test. */
  async function startAnother(namespace: string, address: string, ...words: readonly string[]): Promise<void> {
    const settings = ['--keep-in-foreground', '--no-resolv', '--no-hosts', '--bind-interfaces', '--user=root', '--pid-file=']
    const child = lab.spawn(namespace, ['dnsmasq', ...settings, `--listen-address=${address}`, '--log-facility=-', ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    others.push(child)
    if (child.stderr !== null) await once(createInterface(child.stderr), 'line')
  }

  async function stopResolver(): Promise<void> {
    if (resolver === undefined) return
    const ended = once(resolver, 'close')
    resolver.kill('SIGKILL')
    await ended
    resolver = undefined
  }

  interface Report {
    readonly verdict: { readonly code: FindingCode; readonly detail: string; readonly remedy: { readonly text: string } }
    readonly findings: readonly { readonly code: FindingCode }[]
    readonly evidence: Readonly<Record<string, unknown>>
    readonly elapsedMs: number
  }

  /** The one-shot command on the client machine, with nothing but its defaults. */
  function diagnose(...words: readonly string[]): Promise<Report> {
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
    // In a /run of its own, where systemd-resolved says which servers its stub asks.
    const [first, ...rest] = words
    const upstream = `mount -t tmpfs none /run && mkdir -p /run/systemd/resolve && echo nameserver ${addresses.resolver} > /run/systemd/resolve/resolv.conf && exec "$@"`
    const inside = first === '--upstream' ? ['sh', '-c', upstream, 'sh'] : []
    const options = first === '--upstream' ? rest : words
    const command = [
      'netns',
      'exec',
      lab.client,
      ...inside,
      process.execPath,
      'src/diagnostics/once.ts',
      host,
      '--json',
      ...options,
    ]
    return new Promise((resolve, reject) => {
      execFile('ip', command, { env }, (error, out, err) => {
        if (error !== null && error.code !== 1) reject(new Error(`${error.message}\n${err}`))
        else resolve(JSON.parse(out))
      })
    })
  }

  const codes = ({ findings }: Report) => findings.map(({ code }) => code)
  const expecting = ['--expect-ip', addresses.endpoint]

  test('healthy, with nothing but defaults', async () => {
    const report = await diagnose(...expecting)
    expect(report.verdict.code).toBe('healthy')
    expect(report.evidence).toMatchObject({
      wire: { server: addresses.resolver, addresses: [addresses.endpoint], ttl: 60 },
      'azure-dns': { server: addresses.azureDns, addresses: [addresses.endpoint] },
      ping: { status: 200 },
    })
  })

  test('the service does not admit the endpoint', async () => {
    await become({ ...right, allowed: false })
    const report = await diagnose(...expecting)
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
      await become(state)
      const report = await diagnose(...(code === 'dns-public-address' ? [] : expecting))
      expect(codes(report)).toEqual([code])
    })

    test('an IPv6 address beside the right one is a warning', async () => {
      await become({ records: [...(right.records ?? []), { type: 'AAAA', name: '*', addresses: ['2001:db8::4'] }] })
      expect(codes(await diagnose(...expecting))).toEqual(['dns-ipv6-answer'])
    })

    test('the resolver still has the old answer, and for how long', async () => {
      await become({ records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] })
      expect(codes(await diagnose(...expecting))).toEqual(['dns-record-stale'])
      await become(right)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-cache-stale'])
      expect(report.verdict.detail).toMatch(/for another [1-6]?\d s/)
      expect(report.verdict.detail).toContain('only DNS is wrong')
    })

    test('the resolver remembers the right answer, and Azure gives another by now', async () => {
      expect(codes(await diagnose(...expecting))).toEqual([])
      await become({ records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] })
      const { verdict, findings } = await diagnose(...expecting)
      expect(findings).toMatchObject([{ code: 'dns-record-stale', severity: 'warn' }])
      expect(verdict.detail).toContain('When its memory ends')
    })

    test.each([
      ['answers NXDOMAIN of its own', [`--address=/${zone}/`]],
      ['answers a public address', [`--address=/${zone}/203.0.113.9`]],
    ])('a resolver that does not ask Azure, and %s', async (_what, words) => {
      await startResolver(...words)
      expect(codes(await diagnose(...expecting))).toEqual(['dns-forwarder-missing'])
    })

    test.each([
      ['for the whole zone', [`--address=/${zone}/${addresses.foreign}`]],
      ['with a TTL', [`--host-record=${host},${addresses.foreign},300`]],
    ])('a resolver with an address of its own, %s', async (_what, words) => {
      await startResolver(...words)
      const { verdict } = await diagnose(...expecting)
      expect(verdict.code).toBe('dns-cache-stale')
      expect(verdict.detail).toContain('does not age')
    })

    test.each([
      ['is not there', async () => await stopResolver()],
      ['is not to be reached', async () => lab.drop(`ip daddr ${addresses.resolver} udp dport 53`)],
    ])('a resolver that %s', async (_what, fail) => {
      await fail()
      const report = await diagnose(...expecting)
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
      await startResolver(...first)
      await startAnother(lab.cloud, addresses.secondResolver, ...second)
      lab.resolvConf(`${options}nameserver ${addresses.resolver}\nnameserver ${addresses.secondResolver}\n`)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-servers-disagree'])
      const culprit = first === wrong ? addresses.resolver : addresses.secondResolver
      expect(report.verdict.remedy.text).toContain(culprit)
    })

    test.each<readonly [string, readonly string[], readonly string[], () => string]>([
      ['the second one is wrong', [], wrong, () => addresses.resolverIpv6],
      ['the first one is wrong', wrong, forwarding, () => addresses.resolver],
      ['the second one is wrong, on an address of its link', [], wrong, () => `${addresses.resolverLinkLocal}%${lab.cable.name}`],
      [
        'the second one is wrong, on the number of an interface',
        [],
        wrong,
        () => `${addresses.resolverLinkLocal}%${lab.cable.index}`,
      ],
    ])('two servers, the second on IPv6: %s', async (_what, first, second, culprit) => {
      await startResolver(...first)
      const onIpv6 = first === wrong ? addresses.resolverIpv6 : culprit()
      await startAnother(lab.cloud, onIpv6.replace(/%.*/, ''), ...second)
      lab.resolvConf(`nameserver ${addresses.resolver}\nnameserver ${onIpv6}\n`)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-servers-disagree'])
      expect(report.verdict.remedy.text).toContain(`Correct ${culprit()}:`)
    })

    test('the only server is on IPv6', async () => {
      await startAnother(lab.cloud, addresses.resolverIpv6, ...forwarding)
      lab.resolvConf(`nameserver ${addresses.resolverIpv6}\n`)
      const report = await diagnose(...expecting)
      expect(report.verdict.code).toBe('healthy')
      expect(report.evidence).toMatchObject({ wire: { server: addresses.resolverIpv6, addresses: [addresses.endpoint] } })
    })

    test('the only server is on IPv6 and silent', async () => {
      lab.drop(`ip6 daddr ${addresses.resolverIpv6} udp dport 53`)
      lab.resolvConf(`nameserver ${addresses.resolverIpv6}\n`)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-server-failing'])
      expect(report.verdict.remedy.text).toContain(addresses.resolverIpv6)
    })

    test('nothing leads to the first server, on IPv6: programs go past it', async () => {
      lab.resolvConf(`nameserver 2001:db8::53\nnameserver ${addresses.resolver}\n`)
      const report = await diagnose(...expecting)
      expect(report.verdict.code).toBe('healthy')
      expect(report.verdict.detail).toContain('2001:db8::53 cannot be reached')
    })

    test('a stub is spoken of by the servers behind it', async () => {
      await startResolver(`--address=/${zone}/`)
      await startAnother(lab.client, '127.0.0.53', `--server=${addresses.resolver}`)
      lab.resolvConf('nameserver 127.0.0.53\n')
      const report = await diagnose('--upstream', ...expecting)
      expect(codes(report)).toEqual(['dns-forwarder-missing'])
      expect(`${report.verdict.detail} ${report.verdict.remedy.text}`).toContain(addresses.resolver)
      expect(`${report.verdict.detail} ${report.verdict.remedy.text}`).not.toContain('127.0.0.53')
      expect(report.evidence.servers).toMatchObject([{ server: addresses.resolver, rcode: 'NXDOMAIN' }])
    })

    test('a filter against rebinding takes the private address out', async () => {
      await startResolver('--stop-dns-rebind')
      const report = await diagnose(...expecting)
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
      const child = lab.spawn(lab.cloud, [process.execPath, '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] })
      others.push(child)
      if (child.stderr !== null) await once(createInterface(child.stderr), 'line')
      lab.resolvConf(`nameserver ${addresses.secondResolver}\n`)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual([])
      expect(report.verdict).toMatchObject({
        code: 'healthy',
        detail: expect.stringMatching(/DNS is slow: 10\.0\.0\.54 took [23]/),
      })
    })

    test('a diagnosis before the zone is linked leaves a negative answer in the cache, which is said after it', async () => {
      await become({ ...right, linked: false })
      expect(codes(await diagnose(...expecting))).toEqual(['dns-zone-absent'])
      await become(right)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-negative-cached'])
      expect(report.verdict.remedy.text).toContain(addresses.resolver)
    })

    test('a resolver that refuses is said to refuse', async () => {
      await startAnother(lab.cloud, addresses.secondResolver)
      lab.resolvConf(`nameserver ${addresses.secondResolver}\n`)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-server-failing'])
      expect(report.verdict.detail).toContain(`${addresses.secondResolver} answers REFUSED`)
    })

    test('the hosts file pins the name', async () => {
      lab.hosts(`127.0.0.1 localhost\n${addresses.foreign} ${host} # since the migration\n`)
      expect(codes(await diagnose(...expecting))).toEqual(['dns-hosts-override'])
    })

    test('a search domain catches the name', async () => {
      lab.resolvConf(`search corp.example\nnameserver ${addresses.resolver}\n`)
      await startResolver(`--address=/${host}.corp.example/${addresses.foreign}`)
      await become({})
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-search-domain', 'dns-record-absent'])
    })

    test('a search domain catches the name before the absolute one, which is right', async () => {
      lab.resolvConf(`search corp.example\noptions ndots:9\nnameserver ${addresses.resolver}\n`)
      await startResolver(`--address=/${host}.corp.example/${addresses.foreign}`)
      const report = await diagnose(...expecting)
      expect(codes(report)).toEqual(['dns-search-domain'])
      expect(report.verdict.detail).toContain(`itself leads to ${addresses.endpoint}`)
    })
  })

  describe('the network', () => {
    test('a firewall that drops both ports', async () => {
      lab.drop('tcp dport { 8443, 9440 }')
      expect(codes(await diagnose(...expecting))).toEqual(['network-blocked'])
    })

    test.each([8443, 9440])('a firewall that drops %i', async (port) => {
      lab.drop(`tcp dport ${port}`)
      expect(codes(await diagnose(...expecting))).toEqual(['network-port-blocked'])
    })

    test('no route', async () => {
      lab.ip(lab.client, 'route', 'add', 'unreachable', `${addresses.endpoint}/32`)
      try {
        expect(codes(await diagnose(...expecting))).toEqual(['network-unreachable'])
      } finally {
        lab.ip(lab.client, 'route', 'del', 'unreachable', `${addresses.endpoint}/32`)
      }
    })

    test('a path that takes no packet of full size: the hello of two segments is lost, a small one is not', async () => {
      lab.drop('tcp dport { 8443, 9440 } meta length > 1000')
      expect(codes(await diagnose(...expecting))).toEqual(['tls-large-hello'])
    })

    test('two causes at once: both, in the order to mend them', async () => {
      await become({ records: [{ type: 'A', name: '*', addresses: [addresses.foreign] }] })
      lab.drop(`ip daddr ${addresses.endpoint} tcp dport { 8443, 9440 }`)
      expect(codes(await diagnose(...expecting))).toEqual(['dns-record-stale', 'network-blocked'])
      lab.drop(`ip daddr ${addresses.endpoint} tcp dport 9440`)
      expect(codes(await diagnose(...expecting))).toEqual(['dns-record-stale', 'network-port-blocked'])
    })
  })

  test('the worker: at its default addresses, with a heartbeat, and missed when it dies', async () => {
    const worker = join('test', 'lab', 'worker.ts')
    const child = lab.spawn(lab.client, [process.execPath, worker], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), LAB_HOST: host, LAB_ENDPOINT: addresses.endpoint },
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
