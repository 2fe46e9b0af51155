import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { createAuthority } from '../sandbox/certificates.ts'
import { freePort } from '../sandbox/free-port.ts'
import { aclLines, usersOf } from '../src/redis/access.ts'

/** Real servers: one with TLS, a master with replicas and sentinels, a cluster. All of them end with `close`. */

interface Server {
  readonly port: number
  readonly process: ChildProcess
}

/** The users of `npm run acl`, each with its own name as its password. */
const passwords = new Map(usersOf(['prod-westus3']).map((user) => [user, [user]]))

/** The folder and the servers of one test. */
function openHouse() {
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-redis-'))
  const servers: Server[] = []
  const usersFile = join(folder, 'users.acl')
  // The default user stays, for the replicas and for whoever looks on.
  writeFileSync(
    usersFile,
    `${aclLines(['prod-westus3'], passwords)
      .filter((line) => !line.startsWith('user default '))
      .join('\n')}\n`,
  )
  const settings = (lines: Readonly<Record<string, string | number>>): string =>
    Object.entries(lines)
      .map(([name, value]) => `${name} ${value === '' ? '""' : value}`)
      .join('\n')
  return {
    folder,
    /** Without an answer yet: of TLS and of sentinels each caller knows how to ask. */
    start(port: number, lines: Readonly<Record<string, string | number>>, ...words: readonly string[]): Server {
      const home = join(folder, String(port))
      mkdirSync(home)
      const path = join(home, 'redis.conf')
      const usual = { bind: '127.0.0.1', port, dir: home, save: '', 'repl-diskless-sync-delay': 0 }
      const users = words.length === 0 ? { aclfile: usersFile } : {}
      writeFileSync(path, `${settings({ ...usual, ...users, ...lines })}\n`)
      const process = spawn('redis-server', [path, ...words], { stdio: 'ignore' })
      const server = { port, process }
      servers.push(server)
      return server
    },
    async close() {
      for (const { process } of servers) {
        if (process.exitCode !== null || process.signalCode !== null) continue
        const ended = once(process, 'exit')
        process.kill('SIGKILL')
        await ended
      }
      rmSync(folder, { recursive: true })
    },
  }
}

/** The answer of one server, asked over a connection of its own; undefined where it does not answer. */
async function ask(port: number, ...command: readonly [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null, enableReadyCheck: false })
  redis.on('error', () => undefined)
  try {
    const [name, ...words] = command
    return await redis.call(name, ...words)
  } catch {
    return undefined
  } finally {
    redis.disconnect()
  }
}

/** A replica that has all data of its master can take over. */
async function untilInStep(port: number): Promise<void> {
  await until('a replica in step', async () => String(await ask(port, 'INFO', 'replication')).includes('master_link_status:up'))
}

async function until(what: string, seen: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(seen, { timeout: 20_000, interval: 50 }).catch(() => {
    throw new Error(`Redis: ${what} did not come.`)
  })
}

export interface Failing {
  /** What a process gets that has this user. */
  environment(user: string): Readonly<Record<string, string>>
  /** A server that takes writes now, for whoever looks on. */
  master(): Promise<string>
  /** Ends the server that takes writes, at once. */
  kill(): Promise<void>
  /** Has another server take over while the old one lives. */
  handOver(): Promise<void>
  close(): Promise<void>
}

const masterName = 'main'

/** A master, two replicas and three sentinels, which call a server dead after a second. */
export async function startSentinels(): Promise<Failing> {
  const house = openHouse()
  const start = async (lines: Readonly<Record<string, string | number>>) => {
    const server = house.start(await freePort(), lines)
    await until('an answer', async () => (await ask(server.port, 'PING')) === 'PONG')
    return server
  }
  const first = await start({ 'min-replicas-to-write': 1 })
  const servers = [first]
  for (let count = 0; count < 2; count++)
    servers.push(await start({ replicaof: `127.0.0.1 ${first.port}`, 'min-replicas-to-write': 1 }))
  for (const { port } of servers.slice(1)) await untilInStep(port)
  const sentinels: number[] = []
  for (let count = 0; count < 3; count++) {
    const port = await freePort()
    house.start(
      port,
      {
        [`sentinel monitor ${masterName} 127.0.0.1 ${first.port}`]: 2,
        [`sentinel down-after-milliseconds ${masterName}`]: 1_000,
        [`sentinel failover-timeout ${masterName}`]: 5_000,
      },
      '--sentinel',
    )
    sentinels.push(port)
  }
  for (const port of sentinels)
    await until('a sentinel that knows all others', async () => {
      const told = await ask(port, 'SENTINEL', 'MASTER', masterName)
      const fields = new Map(Array.isArray(told) ? told.map((value, index) => [value, told[index + 1]]) : [])
      return fields.get('num-slaves') === '2' && fields.get('num-other-sentinels') === '2'
    })
  const masterPort = async (): Promise<number> => {
    for (const port of sentinels) {
      const told = await ask(port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)
      if (Array.isArray(told)) return Number(told[1])
    }
    throw new Error('No sentinel knows the master.')
  }
  const changed = async (before: number) =>
    await until('another master', async () => {
      const now = await masterPort()
      return now !== before && String(await ask(now, 'INFO', 'replication')).includes('role:master')
    })
  return {
    environment: (user) => ({
      REDIS_URL: sentinels.map((port) => `redis://${user}:${user}@127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_NAME: masterName,
      REDIS_ALLOW_LOSS: '1',
    }),
    master: async () => `redis://127.0.0.1:${await masterPort()}`,
    async kill() {
      const before = await masterPort()
      servers.find(({ port }) => port === before)?.process.kill('SIGKILL')
      await changed(before)
    },
    async handOver() {
      const before = await masterPort()
      // As docs/operations.md has it: writes wait until the replicas have all, and a master that misses one of them takes no write.
      await ask(before, 'CONFIG', 'SET', 'min-replicas-to-write', '2')
      await ask(before, 'CLIENT', 'PAUSE', '3000', 'WRITE')
      await ask(sentinels[0] ?? 0, 'SENTINEL', 'FAILOVER', masterName)
      await changed(before)
    },
    close: () => house.close(),
  }
}

/** Three masters with a replica each, which call a server dead after a second. */
export async function startCluster(key: string): Promise<Failing> {
  const house = openHouse()
  const servers: Server[] = []
  for (let count = 0; count < 6; count++) {
    // The bus of the cluster listens 10,000 above, unless told.
    const [port, bus] = [await freePort(), await freePort()]
    servers.push(house.start(port, { 'cluster-enabled': 'yes', 'cluster-node-timeout': 1_000, 'cluster-port': bus }))
  }
  for (const { port } of servers) await until('an answer', async () => (await ask(port, 'PING')) === 'PONG')
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'], { stdio: 'ignore' })
  for (const { port } of servers)
    await until('a cluster that is whole', async () => {
      const [state, known] = [String(await ask(port, 'CLUSTER', 'INFO')), String(await ask(port, 'CLUSTER', 'NODES'))]
      return state.includes('cluster_state:ok') && known.split('\n').filter((line) => line.includes('slave')).length === 3
    })
  for (const { port } of servers)
    if (String(await ask(port, 'INFO', 'replication')).includes('role:slave')) await untilInStep(port)
  const ownerPort = async (): Promise<number> => {
    for (const { port } of servers) {
      if (!String(await ask(port, 'INFO', 'replication')).includes('role:master')) continue
      // Whoever owns the key answers; the others say MOVED.
      const told = await ask(port, 'EXISTS', key)
      if (told !== undefined && String(await ask(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) return port
    }
    return 0
  }
  const changed = async (before: number) =>
    await until('another owner', async () => {
      const now = await ownerPort()
      return now !== 0 && now !== before
    })
  const replicaOf = async (master: number): Promise<number> => {
    for (const { port } of servers)
      if (String(await ask(port, 'INFO', 'replication')).includes(`master_port:${master}`)) return port
    throw new Error('The master has no replica.')
  }
  return {
    environment: (user) => ({
      REDIS_URL: nodes.map((node) => `redis://${user}:${user}@${node}`).join(','),
      REDIS_ALLOW_LOSS: '1',
    }),
    master: async () => nodes.map((node) => `redis://${node}`).join(','),
    async kill() {
      const before = await ownerPort()
      servers.find(({ port }) => port === before)?.process.kill('SIGKILL')
      await changed(before)
    },
    async handOver() {
      const before = await ownerPort()
      await ask(await replicaOf(before), 'CLUSTER', 'FAILOVER')
      await changed(before)
    },
    close: () => house.close(),
  }
}

/** One server that takes commands meant for tests of Redis itself. */
export async function startServer(
  lines: Readonly<Record<string, string | number>>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const house = openHouse()
  const { port } = house.start(await freePort(), lines)
  await until('an answer', async () => (await ask(port, 'PING')) === 'PONG')
  return { url: `redis://127.0.0.1:${port}`, close: () => house.close() }
}

export interface Encrypted {
  readonly url: string
  /** Paths of PEM files: the authority of the server, and a client's certificate and key. */
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  close(): Promise<void>
}

/** A Redis that speaks TLS alone, and only with clients that have a certificate. */
export async function startEncrypted(): Promise<Encrypted> {
  const house = openHouse()
  const authority = await createAuthority()
  const write = (name: string, text: string): string => {
    writeFileSync(join(house.folder, name), text)
    return join(house.folder, name)
  }
  const server = await authority.issue({ names: ['localhost'] })
  const client = await authority.issue({ names: ['bot'], forClient: true })
  const caFile = write('ca.pem', authority.certificate)
  const port = await freePort()
  house.start(port, {
    port: 0,
    'tls-port': port,
    'tls-ca-cert-file': caFile,
    'tls-cert-file': write('server.pem', server.cert),
    'tls-key-file': write('server-key.pem', server.key),
    'tls-auth-clients': 'yes',
  })
  return {
    url: `rediss://localhost:${port}`,
    caFile,
    certFile: write('client.pem', client.cert),
    keyFile: write('client-key.pem', client.key),
    close: () => house.close(),
  }
}
