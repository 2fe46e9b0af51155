import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer as createTls } from 'node:tls'
import { createAuthority } from '../sandbox/certificates.ts'
import { acme } from '../sandbox/estate.ts'
import { freePort } from '../sandbox/free-port.ts'
import { startProcess } from '../sandbox/processes.ts'
import { startRedis } from '../sandbox/redis.ts'
import { freeAddressBase } from '../sandbox/vnet/addresses.ts'
import { startDns } from '../sandbox/vnet/dns.ts'
import { createProber } from '../src/redis/prober.ts'
import { type Bench, median, type Row, ratio, timed } from './bench.ts'
import { cpuMs, peakMiB } from './usage.ts'

const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'
const concurrency = 10
const warmUp = 200
const rounds = 5
const probesEach = 300
const runbooks = 40
const paceSeconds = 15
const perMinute = 1_000
const blackboxName = 'prometheus-blackbox-exporter'

export const probesBench: Bench = {
  name: 'probes',
  about: 'the diagnostics worker beside blackbox_exporter and the runbook, at one target on this machine',
  run,
}

interface Target {
  readonly address: string
  readonly dns: { readonly address: string; readonly port: number }
  readonly authority: string
  close(): Promise<void>
}

/** What is measured, and one probe of it. */
interface Subject {
  readonly pid: number
  probe(): Promise<unknown>
  close(): Promise<void>
}

/** In turns, so that what else the machine does falls on both. */
async function run(): Promise<readonly Row[]> {
  const target = await startTarget()
  const worker = await startWorker(target)
  const blackbox = await startBlackbox(target)
  try {
    const ours: Load[] = []
    const theirs: Load[] = []
    await many(warmUp, worker.probe)
    if (blackbox !== undefined) await many(warmUp, blackbox.probe)
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await loaded(worker))
      if (blackbox !== undefined) theirs.push(await loaded(blackbox))
    }
    return [
      ...(await workerRows(worker, ours)),
      ...(blackbox === undefined
        ? [{ what: 'blackbox_exporter', value: 'not installed' }]
        : await blackboxRows(blackbox, theirs)),
      ...(await runbook(target)),
      ...comparison(ours, theirs),
    ]
  } finally {
    await blackbox?.close()
    await worker.close()
    await target.close()
  }
}

/** The median of the rounds. */
function comparison(ours: readonly Load[], theirs: readonly Load[]): readonly Row[] {
  if (theirs.length === 0) return []
  const ratios = ours.map(({ cpuEach }, round) => cpuEach / (theirs[round]?.cpuEach ?? Number.NaN))
  return [ratio('worker / blackbox_exporter: CPU of the same looks', median(ratios), 0.8)]
}

/** DNS, HTTPS and the native port, as a service behind an endpoint. */
async function startTarget(): Promise<Target> {
  const address = `${await freeAddressBase()}.4`
  const world = acme({ addressBase: address.slice(0, address.lastIndexOf('.')) })
  const [network] = world.networks.values()
  const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z'
  const link = {
    id: 'l',
    name: 'l',
    virtualNetworkId: network?.id ?? '',
    registrationEnabled: false,
    tags: {},
    etag: 'e',
    state: 'Completed' as const,
  }
  const record = { type: 'A', name: '*', ttl: 60, addresses: [address], metadata: {}, etag: 'e' }
  const name = host.slice(host.indexOf('.') + 1)
  world.zones.set(id, {
    id,
    name,
    tags: {},
    etag: 'e',
    provisioningState: 'Succeeded',
    records: new Map([['a/*', record]]),
    links: new Map([['l', link]]),
  })
  const dns = await startDns(world, network?.id ?? '')
  const authority = await createAuthority()
  const identity = await authority.issue({ names: [host] })
  const servers = [
    createHttps(identity, (_request, response) => void response.end('Ok.\n')).listen(8443, address),
    createTls(identity, (socket) => socket.on('error', () => undefined).resume()).listen(9440, address),
  ]
  for (const server of servers) server.on('tlsClientError', () => undefined)
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-bench-'))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, authority.certificate)
  return {
    address,
    dns,
    authority: file,
    async close() {
      for (const server of servers) server.close()
      await dns.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Keeps `concurrency` of them going until `count` are done. */
async function many(count: number, one: () => Promise<unknown>): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await one()
    }),
  )
}

interface Load {
  readonly perSecond: number
  /** CPU of a probe, in milliseconds. */
  readonly cpuEach: number
}

async function loaded({ pid, probe }: Subject): Promise<Load> {
  const [cpu, startedAt] = [cpuMs(pid), performance.now()]
  await many(probesEach, probe)
  const seconds = (performance.now() - startedAt) / 1_000
  return { perSecond: probesEach / seconds, cpuEach: (cpuMs(pid) - cpu) / probesEach }
}

function medians(loads: readonly Load[]): Load {
  return {
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    cpuEach: median(loads.map(({ cpuEach }) => cpuEach)),
  }
}

async function startWorker({ address, dns, authority }: Target): Promise<Subject> {
  const redis = await startRedis()
  const server = `${dns.address}:${dns.port}`
  const process = await startProcess('diagnostics', {
    REDIS_URL: redis.url,
    DIAGNOSTICS_NETWORK: 'bench',
    DIAGNOSTICS_DNS_SERVERS: server,
    DIAGNOSTICS_RESOLVER: server,
    DIAGNOSTICS_PREFIXES: `${address}/32`,
    NODE_EXTRA_CA_CERTS: authority,
  })
  const prober = createProber(redis.url, { log: { warn: () => undefined } })
  const signal = new AbortController().signal
  return {
    pid: process.pid,
    async probe() {
      const seen = await prober.probe('bench', { host, expectedAddress: address }, { signal })
      if (seen?.ping?.status !== 200 || seen['tls:9440']?.verified !== true)
        throw new Error(`a probe failed: ${JSON.stringify(seen)}`)
    },
    async close() {
      await prober.close()
      await process.close()
      await redis.close()
    },
  }
}

async function workerRows({ pid, probe }: Subject, loads: readonly Load[]): Promise<readonly Row[]> {
  const { perSecond, cpuEach } = medians(loads)
  const peak = peakMiB(pid)
  const late = await paced(probe)
  const bound = 100
  return [
    { what: 'worker: whole probes (3 × DNS, TCP and TLS of both ports, /ping)', value: `${perSecond.toFixed(0)}/s` },
    { what: 'worker: CPU of a whole probe', value: `${cpuEach.toFixed(2)} ms` },
    { what: 'worker: peak memory', value: `${peak.toFixed(0)} MiB`, goal: { text: `below ${bound} MiB`, met: peak < bound } },
    {
      what: `worker: ${perMinute} targets a minute, slowest answer`,
      value: `${late.toFixed(0)} ms`,
      goal: { text: 'within 1000 ms', met: late < 1_000 },
    },
  ]
}

/** New targets at an even pace, whatever the earlier ones do. */
async function paced(probe: () => Promise<unknown>): Promise<number> {
  const count = Math.round((perMinute / 60) * paceSeconds)
  const running: Promise<number>[] = []
  for (let index = 0; index < count; index += 1) {
    running.push(timed(probe))
    await delay(60_000 / perMinute)
  }
  return Math.max(...(await Promise.all(running)))
}

interface Blackbox extends Subject {
  /** TCP and TLS of one port alone, as people mostly use it. */
  onePort(): Promise<unknown>
}

/** The same looks as the worker's, each a probe of its own: that is how it is asked. Nothing where it is not installed. */
async function startBlackbox(target: Target): Promise<Blackbox | undefined> {
  if (spawnSync(blackboxName, ['--version']).error !== undefined) return undefined
  const config = target.authority.replace('ca.pem', 'blackbox.json')
  writeFileSync(config, JSON.stringify({ modules: blackboxModules(target) }))
  const port = await freePort()
  const child = spawn(blackboxName, [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'], {
    stdio: 'ignore',
  })
  const look = async (module: string, at: string) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/probe?module=${module}&target=${at}`)).text()
    if (!/^probe_success 1$/m.test(text)) throw new Error(`blackbox_exporter: ${module}: ${text}`)
  }
  const dns = `${target.dns.address}:${target.dns.port}`
  const onePort = async () => await look('tls', `${target.address}:8443`)
  await untilUp(onePort, child)
  return {
    pid: child.pid ?? 0,
    onePort,
    async probe() {
      await Promise.all([
        look('a', dns),
        look('a', dns),
        look('aaaa', dns),
        look('ping', `https://${target.address}:8443/ping`),
        look('tls', `${target.address}:9440`),
      ])
    },
    async close() {
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function blackboxRows(blackbox: Blackbox, loads: readonly Load[]): Promise<readonly Row[]> {
  const all = medians(loads)
  const one = await loaded({ ...blackbox, probe: blackbox.onePort })
  return [
    { what: 'blackbox_exporter: the same looks', value: `${all.perSecond.toFixed(0)}/s` },
    { what: 'blackbox_exporter: CPU of the same looks', value: `${all.cpuEach.toFixed(2)} ms` },
    { what: 'blackbox_exporter: TCP and TLS of one port', value: `${one.perSecond.toFixed(0)}/s` },
    { what: 'blackbox_exporter: CPU of one port', value: `${one.cpuEach.toFixed(2)} ms` },
    { what: 'blackbox_exporter: peak memory', value: `${peakMiB(blackbox.pid).toFixed(0)} MiB` },
  ]
}

function blackboxModules({ authority }: Target): object {
  const tls_config = { ca_file: authority, server_name: host }
  const query = (query_type: string, valid_rcodes = ['NOERROR']) => ({
    prober: 'dns',
    dns: { query_name: host, query_type, valid_rcodes, transport_protocol: 'udp' },
  })
  return {
    tls: { prober: 'tcp', timeout: '5s', tcp: { tls: true, tls_config } },
    ping: { prober: 'http', http: { tls_config, headers: { Host: `${host}:8443` }, fail_if_body_not_matches_regexp: ['^Ok'] } },
    a: query('A'),
    aaaa: query('AAAA'),
  }
}

async function untilUp(probe: () => Promise<void>, child: ChildProcess): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await probe()
    } catch (error) {
      if (attempt === 50 || child.exitCode !== null) throw error
      await delay(100)
    }
  }
}

/** What people type, one after the other. */
async function runbook({ address, dns }: Target): Promise<readonly Row[]> {
  if (spawnSync('nslookup', ['-version']).error !== undefined) return [{ what: 'nslookup and openssl', value: 'not installed' }]
  const [cpu, startedAt] = [cpuMs('self', 'children'), performance.now()]
  for (let count = 0; count < runbooks; count += 1) {
    await finished('nslookup', [`-port=${dns.port}`, host, dns.address])
    await finished('openssl', ['s_client', '-connect', `${address}:8443`, '-servername', host])
  }
  const seconds = (performance.now() - startedAt) / 1_000
  return [
    { what: 'nslookup + openssl s_client: one port', value: `${(runbooks / seconds).toFixed(1)}/s` },
    {
      what: 'nslookup + openssl s_client: CPU for each port',
      value: `${((cpuMs('self', 'children') - cpu) / runbooks).toFixed(1)} ms`,
    },
  ]
}

/** The servers that it asks live in this process, so it must not be blocked meanwhile. */
async function finished(program: string, words: readonly string[]): Promise<void> {
  await once(spawn(program, words, { stdio: 'ignore', timeout: 5_000 }), 'close')
}
