import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'dns-packet'
import { afterAll, describe, expect, test } from 'vitest'
import { createBounds } from '../../../../src/diagnostics/bounds.ts'
import { addressCheck } from '../../../../src/diagnostics/checks/address.ts'
import { azureDnsCheck } from '../../../../src/diagnostics/checks/azure-dns.ts'
import { hostsCheck, resolverCheck, searchCheck } from '../../../../src/diagnostics/checks/resolver.ts'
import { laterCheck, wildcardCheck } from '../../../../src/diagnostics/checks/second-questions.ts'
import { queryDns } from '../../../../src/diagnostics/dns/query.ts'
import { resolverFiles } from '../../../../src/diagnostics/dns/resolver-files.ts'
import { askSystem } from '../../../../src/diagnostics/dns/system-resolver.ts'
import { hasIpv6 } from '../../../has-ipv6.ts'
import { a, azureSoa, host, loneAddress, lookBy, responseTo, runAlone, serveDns } from './fixture.ts'

const never = new AbortController().signal

describe('a question on the wire', () => {
  test('addresses, the chain of aliases and the least TTL', async () => {
    const cname = { type: 'CNAME', name: host, ttl: 30, data: 'ev\u202eil.example' } as const
    const server = await serveDns(() => ({ answers: [cname, a('10.0.0.4', 60, cname.data), a('10.0.0.5', 90, cname.data)] }))
    const answer = await runAlone(azureDnsCheck([server]))
    expect(answer).toMatchObject({ rcode: 'NOERROR', addresses: ['10.0.0.4', '10.0.0.5'], cnames: ['evil.example'], ttl: 30 })
    expect(answer.server).toBe(`${server.address}:${server.port}`)
    expect(answer.elapsedMs).toBeGreaterThan(0)
  })

  test('a negative answer with the SOA of its zone', async () => {
    const server = await serveDns(() => ({ rcode: 3, authorities: [azureSoa] }))
    expect(await runAlone(azureDnsCheck([server]))).toMatchObject({
      rcode: 'NXDOMAIN',
      addresses: [],
      soa: 'azureprivatedns.net',
      ttl: 10,
    })
  })

  test.each([
    [2, 'SERVFAIL'],
    [5, 'REFUSED'],
    [0, 'NOERROR'],
  ])('response code %i is %s', async (rcode, word) => {
    const server = await serveDns(() => ({ rcode }))
    expect(await runAlone(azureDnsCheck([server]))).toMatchObject({ rcode: word, addresses: [] })
  })

  test('whether the server speaks of its own knowledge', async () => {
    const [own, cached] = [await serveDns(() => ({ authoritative: true })), await serveDns(() => ({}))]
    expect(await queryDns(own, host, never)).toMatchObject({ authoritative: true })
    expect(await queryDns(cached, host, never)).not.toHaveProperty('authoritative')
  })

  test('asks again when the datagram is lost', async () => {
    const server = await serveDns((_query, nth) => (nth === 1 ? undefined : { answers: [a('10.0.0.4')] }))
    expect(await queryDns(server, host, never, { timeoutMs: 200 })).toMatchObject({ addresses: ['10.0.0.4'] })
    expect(server.queries).toHaveLength(2)
  })

  test('silence is a timeout, a closed port is unreachable at once', async () => {
    const silent = await serveDns(() => undefined)
    expect(await queryDns(silent, host, never, { timeoutMs: 200 })).toMatchObject({ rcode: 'TIMEOUT', addresses: [] })
    const closed = await queryDns({ address: loneAddress(), port: 1 }, host, never)
    expect(closed.rcode).toBe('UNREACHABLE')
    expect(closed.elapsedMs).toBeLessThan(500)
  })

  test('TCP when the answer is cut short', async () => {
    const full = { answers: [a('10.0.0.4')] }
    const server = await serveDns(
      () => ({ truncated: true }),
      () => full,
    )
    expect(await queryDns(server, host, never)).toMatchObject({ rcode: 'NOERROR', addresses: ['10.0.0.4'] })
    const silent = await serveDns(() => ({ truncated: true }))
    await expect(queryDns(silent, host, never, { timeoutMs: 300 })).resolves.toMatchObject({ rcode: 'UNREACHABLE' })
  })

  test.skipIf(!hasIpv6)(
    'over IPv6: UDP, TCP when the answer is cut short, silence, a closed port, no such interface',
    async () => {
      const full = { answers: [a('10.0.0.4')] }
      const well = await serveDns(() => full, undefined, '::1')
      expect(await queryDns(well, host, never)).toMatchObject({ server: `[::1]:${well.port}`, addresses: ['10.0.0.4'] })
      const short = await serveDns(
        () => ({ truncated: true }),
        () => full,
        '::1',
      )
      expect(await queryDns(short, host, never)).toMatchObject({ addresses: ['10.0.0.4'] })
      const silent = await serveDns(() => undefined, undefined, '::1')
      expect(await queryDns(silent, host, never, { timeoutMs: 200 })).toMatchObject({ rcode: 'TIMEOUT' })
      for (const address of ['::1', 'fe80::1%gone0', 'fe80::1%99999', 'fe80::1%not_here'])
        expect(await queryDns({ address, port: 1 }, host, never, { timeoutMs: 900 })).toMatchObject({ rcode: 'UNREACHABLE' })
    },
  )

  test('TCP also when the datagram ends in the middle of a record', async () => {
    const full = { answers: [a('10.0.0.4'), a('10.0.0.5')] }
    const server = await serveDns(
      (query) => ({ raw: encode(responseTo(query, { ...full, truncated: true })).subarray(0, -7) }),
      () => full,
    )
    expect(await queryDns(server, host, never)).toMatchObject({ rcode: 'NOERROR', addresses: ['10.0.0.4', '10.0.0.5'] })
  })

  test.each([
    [1, 'FORMERR'],
    [2, 'SERVFAIL'],
    [5, 'REFUSED'],
  ])('response code %i without the question is %s all the same', async (rcode, word) => {
    const server = await serveDns((query) => ({ raw: encode({ ...responseTo(query, { rcode }), questions: [] }) }))
    expect(await queryDns(server, host, never, { timeoutMs: 500 })).toMatchObject({ rcode: word, addresses: [] })
  })

  test('an answer that nobody can read is malformed, and the case of letters does not matter', async () => {
    const broken = await serveDns((query) => ({ raw: encode(responseTo(query, { answers: [a('10.0.0.4')] })).subarray(0, -7) }))
    expect(await queryDns(broken, host, never, { timeoutMs: 500 })).toMatchObject({ rcode: 'MALFORMED' })
    const loud = await serveDns((query) => ({
      raw: encode({ ...responseTo(query, { answers: [a('10.0.0.4')] }), questions: [{ type: 'A', name: host.toUpperCase() }] }),
    }))
    expect(await queryDns(loud, host, never)).toMatchObject({ addresses: ['10.0.0.4'] })
  })

  test('ignores what does not answer the question', async () => {
    const forged = (query: Parameters<typeof responseTo>[0], changes: object) => ({
      raw: encode({ ...responseTo(query, { answers: [a('6.6.6.6')] }), ...changes }),
    })
    const server = await serveDns((query) => [
      { raw: Buffer.from('not DNS') },
      forged(query, { id: ((query.id ?? 0) + 1) % 65_536 }),
      forged(query, { questions: [{ type: 'A', name: 'other.example' }] }),
      forged(query, { questions: [] }),
      forged(query, { questions: [], flags: 3 }),
      forged(query, { type: 'query' }),
      { answers: [a('10.0.0.4')] },
    ])
    expect(await queryDns(server, host, never)).toMatchObject({ addresses: ['10.0.0.4'] })
  })

  test('id and port are not the same twice', async () => {
    const server = await serveDns(() => ({ answers: [a('10.0.0.4')] }))
    for (let index = 0; index < 8; index++) await queryDns(server, host, never)
    expect(new Set(server.queries.map(({ id }) => id)).size).toBeGreaterThan(5)
    expect(server.ports.size).toBeGreaterThan(5)
  })

  test('an abort right after the start ends it, and throws nothing later', async () => {
    const server = await serveDns(() => ({ answers: [a('10.0.0.4')] }))
    const controller = new AbortController()
    const answers = [queryDns(server, host, AbortSignal.abort()), queryDns(server, host, controller.signal)]
    controller.abort()
    for (const { rcode } of await Promise.all(answers)) expect(rcode).toBe('TIMEOUT')
  })

  test('an abort ends it', async () => {
    const silent = await serveDns(() => undefined)
    const startedAt = performance.now()
    expect((await queryDns(silent, host, AbortSignal.timeout(50))).rcode).toBe('TIMEOUT')
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})

describe('several servers', () => {
  test('the second answers for a dead or a failing first', async () => {
    const dead = await serveDns(() => undefined)
    const failing = await serveDns(() => ({ rcode: 2 }))
    const well = await serveDns(() => ({ answers: [a('10.0.0.4')] }))
    expect(await runAlone(resolverCheck([failing, well]))).toMatchObject({ addresses: ['10.0.0.4'] })
    const late = await runAlone(resolverCheck([dead, well]))
    expect(late).toMatchObject({ addresses: ['10.0.0.4'], server: `${well.address}:${well.port}` })
  })

  test('the first answers alone while it is well, also when it knows no such name', async () => {
    const first = await serveDns(() => ({ rcode: 3 }))
    const second = await serveDns(() => ({ answers: [a('10.0.0.4')] }))
    expect((await runAlone(resolverCheck([first, second]))).rcode).toBe('NXDOMAIN')
    expect(second.queries).toHaveLength(0)
  })

  test('none knows: the failure of the first', async () => {
    const first = await serveDns(() => ({ rcode: 5 }))
    const second = await serveDns(() => ({ rcode: 2 }))
    expect((await runAlone(resolverCheck([first, second]))).rcode).toBe('REFUSED')
  })
})

describe('questions that an answer raises', () => {
  const azure = { server: 'azure', rcode: 'NOERROR', addresses: ['10.0.0.4'], cnames: [], elapsedMs: 1 }

  test('the server that disagrees with Azure DNS is asked again, a second later', async () => {
    let ttl = 42
    const [other, asked] = [await serveDns(() => undefined), await serveDns(() => ({ answers: [a('10.0.0.9', ttl--)] }))]
    const resolver = await queryDns(asked, host, never)
    const check = laterCheck(() => [other, asked])
    const startedAt = performance.now()
    expect(await runAlone(check, { resolver, 'azure-dns': azure })).toMatchObject({ addresses: ['10.0.0.9'], ttl: 41 })
    expect(performance.now() - startedAt).toBeGreaterThan(1_000)
    expect(other.queries).toHaveLength(0)
  })

  test('nobody is asked again who agrees, who says nothing, or who contradicts nobody', async () => {
    const asked = await serveDns(() => ({ answers: [a('10.0.0.4')] }))
    const check = laterCheck(() => [asked])
    const agreeing = await queryDns(asked, host, never)
    const nothing = { ...agreeing, rcode: 'TIMEOUT', addresses: [], ttl: undefined as never }
    for (const soFar of [
      { resolver: agreeing, 'azure-dns': azure },
      { resolver: nothing, 'azure-dns': azure },
      { resolver: agreeing, 'azure-dns': { ...azure, rcode: 'NXDOMAIN', addresses: [] } },
      { resolver: agreeing },
    ])
      expect(await lookBy(check, { host }, soFar)).toBeUndefined()
    expect(asked.queries).toHaveLength(1)
  })

  test('what the wildcard says is asked where the name does not lead as expected', async () => {
    const server = await serveDns(() => ({ answers: [a('10.0.0.4')] }))
    const check = wildcardCheck([server])
    const soFar = (addresses: readonly string[]) => ({ 'azure-dns': { ...azure, addresses } })
    for (const addresses of [['10.0.0.9'], ['10.0.0.4', '10.0.0.9'], []])
      expect(await runAlone(check, soFar(addresses), '10.0.0.4')).toMatchObject({ addresses: ['10.0.0.4'] })
    expect(await lookBy(check, { host, expectedAddress: '10.0.0.4' }, soFar(['10.0.0.4']))).toBeUndefined()
    expect(await lookBy(check, { host }, soFar(['10.0.0.9']))).toBeUndefined()
    const names = server.queries.map(({ questions }) => questions?.[0]?.name ?? '')
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^x[0-9a-f]{12}\.westus3\.privatelink\.azure\.clickhouse\.cloud$/)
  })
})

describe('what overrides the servers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-dns-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  test('the hosts file, in whatever case, and no comment in it', async () => {
    const hosts = write(
      'hosts',
      `127.0.0.1 localhost\n10.0.0.9 other ${host.toUpperCase()} # old\n#10.0.0.8 ${host}\n::1 ${host}\n`,
    )
    expect(await runAlone(hostsCheck(resolverFiles(hosts)))).toEqual({ addresses: ['10.0.0.9'] })
    expect(await runAlone(hostsCheck(resolverFiles(join(folder, 'none'))))).toEqual({ addresses: [] })
  })

  test('the first three servers of the list, as programs ask them, whatever their family', () => {
    const servers = ['10.0.0.53', 'fd00::53', 'fe80::1%eth0', '10.0.0.55', '10.0.0.56']
    const conf = write('resolv-many.conf', servers.map((each) => `nameserver ${each} # here\n`).join(''))
    expect(resolverFiles('/dev/null', conf).servers()).toEqual([
      { address: '10.0.0.53', port: 53 },
      { address: 'fd00::53', port: 53 },
      { address: 'fe80::1%eth0', port: 53 },
    ])
  })

  test('lines that programs do not count as servers: names, and addresses with a port', () => {
    const servers = ['dns.example', '10.0.0.53:5353', '[fd00::53]:53', '', '10.0.0.54', 'fd00::55', '10.0.0.56']
    const conf = write('resolv-odd.conf', servers.map((each) => `nameserver ${each}\n`).join(''))
    const asked = resolverFiles('/dev/null', conf).servers()
    expect(asked.map(({ address }) => address)).toEqual(['10.0.0.54', 'fd00::55', '10.0.0.56'])
  })

  test('the servers behind a stub, over IPv6 too', () => {
    const conf = write('resolv-stub.conf', 'nameserver 127.0.0.53\n')
    const upstream = write('resolv-upstream.conf', 'nameserver 10.0.0.53\nnameserver fe80::1%2\n')
    const { behind } = resolverFiles('/dev/null', conf, upstream)
    expect(behind().map(({ address }) => address)).toEqual(['10.0.0.53', 'fe80::1%2'])
  })

  test('the search list, where it catches a name that has no address itself', async () => {
    const server = await serveDns(({ questions: [asked] = [] }) =>
      asked?.name === `${host}.corp.example` ? { answers: [a('10.9.9.9', 60, asked.name)] } : { rcode: 3 },
    )
    const conf = write('resolv.conf', 'domain old.example\nsearch lab.example corp.example.\nnameserver 10.0.0.53\n')
    const check = searchCheck({ ...resolverFiles('/dev/null', conf), servers: () => [server] })
    const wire = await queryDns(server, host, never)
    const caught = { ...wire, rcode: 'NOERROR', addresses: ['10.9.9.9'] }
    expect(await runAlone(check, { resolver: caught, wire })).toEqual({ name: `${host}.corp.example`, addresses: ['10.9.9.9'] })
    expect(await lookBy(check, { host }, { resolver: caught, wire: caught })).toBeUndefined()
    expect(await lookBy(check, { host }, { resolver: wire, wire })).toBeUndefined()
  })

  test('the search list, where it comes before the absolute name, which is right', async () => {
    const server = await serveDns(({ questions: [asked] = [] }) => {
      if (asked?.name === host) return { answers: [a('10.0.0.4')] }
      return asked?.name === `${host}.corp.example` ? { answers: [a('10.9.9.9', 60, asked.name)] } : { rcode: 3 }
    })
    const conf = write('resolv-ndots.conf', 'search lab.example corp.example\noptions ndots:9\nnameserver 10.0.0.53\n')
    const check = searchCheck({ ...resolverFiles('/dev/null', conf), servers: () => [server] })
    const wire = await queryDns(server, host, never)
    const caught = { ...wire, addresses: ['10.9.9.9'] }
    expect(await runAlone(check, { resolver: caught, wire })).toEqual({ name: `${host}.corp.example`, addresses: ['10.9.9.9'] })
    const pinned = { ...wire, addresses: ['10.8.8.8'] }
    expect(await lookBy(check, { host }, { resolver: pinned, wire })).toBeUndefined()
  })
})

test("the system's resolver reads the hosts file", async () => {
  expect(await askSystem('localhost', never)).toMatchObject({
    rcode: 'NOERROR',
    addresses: ['127.0.0.1'],
    server: expect.stringMatching(/^system resolver/),
  })
})

describe('the address to dial', () => {
  const bounds = createBounds({ hostSuffixes: [], prefixes: ['10.0.0.0/16'] })
  const choose = (addresses: readonly string[], expected?: string) =>
    runAlone(addressCheck(bounds), { resolver: { server: 's', rcode: 'NOERROR', addresses, cnames: [], elapsedMs: 1 } }, expected)

  test('one permitted address, the expected one if it is among them', async () => {
    expect(await choose(['10.0.0.9', '10.0.0.4'])).toEqual({ dialled: '10.0.0.9' })
    expect(await choose(['10.0.0.9', '10.0.0.4'], '10.0.0.4')).toEqual({ dialled: '10.0.0.4' })
    expect(await choose(['8.8.8.8', '10.0.0.4'])).toEqual({ dialled: '10.0.0.4' })
  })

  test('elsewhere is reported, and nothing that a job expects permits it', async () => {
    expect(await choose(['8.8.8.8'], '8.8.8.8')).toEqual({ refused: 'outside-prefixes' })
    expect(await choose([])).toEqual({ refused: 'no-answer' })
  })
})
