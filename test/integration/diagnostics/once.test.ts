import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Authority, createAuthority } from '../../../sandbox/certificates.ts'
import { a, azureSoa, host, listen, loneAddress, type Reply, serve, serveDns } from './checks/fixture.ts'

/** The one-shot command as a process of its own. */

let authority: Authority
let folder: string
beforeAll(async () => {
  authority = await createAuthority()
  folder = mkdtempSync(join(tmpdir(), 'privatelink-once-'))
  writeFileSync(join(folder, 'ca.pem'), authority.certificate)
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Run {
  readonly status: number
  readonly out: string
  readonly err: string
}

function diagnose(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), ...environment }
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/diagnostics/once.ts', ...words], { env }, (error, out, err) => {
      resolve({ status: Number(error?.code ?? 0), out, err })
    })
  })
}

/** A network whose resolver, and Azure DNS, answer this. */
async function network(reply: (address: string) => Reply, azure = reply) {
  const address = loneAddress()
  const [own, direct] = [await serveDns(() => reply(address)), await serveDns(() => azure(address))]
  const words = ['--prefix', `${address}/32`, '--dns-server', `${direct.address}:${direct.port}`, '--network', 'prod-westus3']
  return { address, words, environment: { DIAGNOSTICS_RESOLVER: `${own.address}:${own.port}` } }
}

async function service(address: string) {
  const identity = await authority.issue({ names: [host] })
  await listen(
    createHttps(identity, (_request, response) => void response.end('Ok.\n')),
    address,
    8443,
  )
  await listen(createTls(identity), address, 9440)
}

const right = (address: string): Reply => ({ answers: [a(address)] })

test('healthy: status 0, and one object', async () => {
  const { address, words, environment } = await network(right)
  await service(address)
  const run = await diagnose([`https://${host}:8443/`, '--json', '--expect-ip', address, ...words], environment)
  expect(run).toMatchObject({ status: 0, err: '' })
  const report = JSON.parse(run.out)
  expect(Object.keys(report)).toEqual(['host', 'network', 'verdict', 'findings', 'evidence', 'elapsedMs'])
  expect(report).toMatchObject({ host, network: 'prod-westus3', verdict: { code: 'healthy', severity: 'ok' }, findings: [] })
  expect(Object.keys(report.verdict)).toEqual(['code', 'severity', 'title', 'detail', 'remedy'])
  expect(report.evidence).toMatchObject({ ping: { status: 200, body: 'Ok.' }, address: { dialled: address } })
  const text = await diagnose([host, ...words], environment)
  expect(text.out).toContain('healthy')
  expect(text.out).toContain(`dns ✔ ${address}`)
})

test('a fault: status 1, with its code, and what remains where one plane cannot tell', async () => {
  const { address, words, environment } = await network(right)
  for (const port of [8443, 9440]) await serve((socket) => socket.once('data', () => socket.resetAndDestroy()), address, port)
  const run = await diagnose([host, '--json', ...words], environment)
  expect(run.status).toBe(1)
  const report = JSON.parse(run.out)
  expect(report.verdict).toMatchObject({ code: 'allow-list-missing', severity: 'fail' })
  expect(report.verdict.title).toContain('most likely')
  expect(report.verdict.detail).toContain('these causes remain')
  expect(report.findings).toHaveLength(1)
})

test('the expected address tells that only DNS is wrong', async () => {
  const { address, words, environment } = await network(() => ({ rcode: 3, authorities: [azureSoa] }))
  await service(address)
  const run = await diagnose([host, '--json', '--expect-ip', address, ...words], environment)
  expect(run.status).toBe(1)
  expect(JSON.parse(run.out)).toMatchObject({
    verdict: { code: 'dns-record-absent' },
    evidence: { 'direct:8443': { tls: { verified: true } }, 'direct:9440': { tls: { verified: true } } },
  })
})

test('a host of another domain is named without a packet', async () => {
  const { words, environment } = await network(right)
  const run = await diagnose([`${host}.cloud`, '--json', ...words], environment)
  expect(run.status).toBe(1)
  expect(JSON.parse(run.out)).toMatchObject({ verdict: { code: 'host-unknown', remedy: { text: `Use ${host}.` } }, evidence: {} })
})

test('a public name leads to the internet, which is said and not tried', async () => {
  const name = host.replace('.privatelink.', '.')
  let connections = 0
  const address = loneAddress()
  for (const port of [8443, 9440]) await serve(() => void connections++, address, port)
  const own = await serveDns(() => ({ answers: [a(address, 60, name)] }))
  const environment = { DIAGNOSTICS_RESOLVER: `${own.address}:${own.port}` }
  const run = await diagnose([name, '--json'], environment)
  expect(run.status).toBe(1)
  const report = JSON.parse(run.out)
  expect(report).toMatchObject({ verdict: { code: 'host-public' }, evidence: { resolver: { addresses: [address] } } })
  expect(report.findings).toHaveLength(1)
  expect(report.verdict.detail).toContain(`it leads to ${address}, on the internet`)
  expect(connections).toBe(0)
  const inside = JSON.parse((await diagnose([name, '--json', '--prefix', `${address}/32`], environment)).out)
  expect(inside.verdict.detail).toContain(`here it leads to ${address} all the same`)
  expect(connections).toBe(0)
})

test('closed after the hello is not said to be the allow list', async () => {
  const { address, words, environment } = await network(right)
  for (const port of [8443, 9440]) await serve((socket) => socket.once('data', () => socket.end()), address, port)
  const run = await diagnose([host, '--json', ...words], environment)
  expect(run.status).toBe(1)
  expect(JSON.parse(run.out)).toMatchObject({ verdict: { code: 'tls-closed-early' } })
})

test.each([
  ['db.intranet.example'],
  ['www.example'],
  ['evilprivatelink.azure.clickhouse.cloud'],
  ['a.b.evilprivatelink.azure.clickhouse.cloud'],
  ['a.evilprivatelink.azure.clickhouse.cloud'],
  ['privatelink.azure.clickhouse.cloud'],
  ['console.clickhouse.cloud'],
  ['clickhouse.cloud.evil.example'],
])('%s is no host of a service: refused with a sentence, and nobody is asked about it', async (name) => {
  const { words, environment } = await network(right)
  const own = await serveDns(() => ({ answers: [] }))
  const run = await diagnose([name, '--json', ...words], { ...environment, DIAGNOSTICS_RESOLVER: `${own.address}:${own.port}` })
  expect(run).toMatchObject({ status: 2, out: '' })
  expect(run.err).toContain(`"${name}" is neither`)
  expect(own.queries).toHaveLength(0)
})

test.each([
  [host.replace('privatelink', 'privatelnk'), 'host-unknown'],
  [host.replace('.cloud', '.clowd'), 'host-unknown'],
  [host.replace('.privatelink.', '.').replace('clickhouse', 'clickhuose'), 'host-unknown'],
  ['abcdefghij.us-east-1.aws.clickhouse.cloud', 'host-public'],
])('%s is a slip or a public name: %s', async (name, code) => {
  const { words, environment } = await network(right)
  const run = await diagnose([name, '--json', ...words], environment)
  expect(run.status).toBe(1)
  const report = JSON.parse(run.out)
  expect(report.verdict.code).toBe(code)
  expect(report.evidence).toBeTypeOf('object')
})

test.each([
  [[], 'Name one host'],
  [['a.b', 'c.d'], 'Name one host'],
  [['localhost'], 'not a host name'],
  [['10.0.0.4'], 'not a host name'],
  [['0x7f.1'], 'not a host name'],
  [['2130706433'], 'not a host name'],
  [['::ffff:127.0.0.1'], 'not a host name'],
  [[host, '--expect-ip', 'pe'], '--expect-ip pe'],
  [[host, '--expect-ip', '0x7f.1'], '--expect-ip 0x7f.1'],
  [[host, '--expect-ip', '2130706433'], '--expect-ip 2130706433'],
  [[host, '--expect-ip', '::ffff:127.0.0.1'], '--expect-ip ::ffff:127.0.0.1'],
  [[host, '--dns-server', 'dns.example'], '--dns-server'],
  [[host, '--dns-server', '[fd00::53]:0'], '"[fd00::53]:0" is not an IPv6 address, or [IPv6]:PORT'],
  [[host, '--prefix', '10.0.0.0/64'], '--prefix'],
  [[host, '--exact'], "Unknown option '--exact'"],
])('what cannot be run ends with status 2: %j', async (words, problem) => {
  const run = await diagnose(words)
  expect(run).toMatchObject({ status: 2, out: '' })
  expect(run.err).toContain(problem)
})
