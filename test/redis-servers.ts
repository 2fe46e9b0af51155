import { execFileSync } from 'node:child_process'
import { freePort } from '../sandbox/free-port.ts'
import type { Encryption } from './redis-encryption.ts'
import { type House, type Lines, openHouse, type Server, until } from './redis-house.ts'

/** Real servers: a master with replicas and sentinels, a cluster, one alone. All of them end with `close`. */

interface Options {
  /** All of them speak TLS alone, and only with who has a certificate; they are known by the name `localhost`. */
  readonly isEncrypted?: boolean
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

export interface FailingCluster extends Failing {
  readonly ports: readonly number[]
  /** The answer of one node, asked over a connection of its own; undefined where it does not answer. */
  ask: House['ask']
  /** The port of the master that has the key. */
  owner(): Promise<number>
  /** The replica of that master. */
  replica(): Promise<Server>
}

const masterName = 'main'

/** A master, two replicas and three sentinels, which call a server dead after a second. */
export async function startSentinels(options: Options = {}): Promise<Failing> {
  const house = await openHouse(options)
  const { ask, host, encryption } = house
  const start = async (lines: Lines) => {
    const server = house.start(await freePort(), { ...lines, 'replica-announce-ip': host, 'min-replicas-to-write': 1 })
    await house.untilUp(server.port)
    return server
  }
  const first = await start({})
  const servers = [first]
  for (let count = 0; count < 2; count++) servers.push(await start({ replicaof: `${host} ${first.port}` }))
  for (const { port } of servers.slice(1)) await house.untilInStep(port)
  const sentinels: number[] = []
  for (let count = 0; count < 3; count++) {
    const port = await freePort()
    house.start(port, { ...(encryption !== undefined && namesOfSentinels), ...watches(host, first.port) }, '--sentinel')
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
      REDIS_URL: house.urlOf(sentinels, user),
      REDIS_SENTINEL_NAME: masterName,
      REDIS_ALLOW_LOSS: '1',
      ...encryption?.environment,
    }),
    master: async () => house.urlOf([await masterPort()]),
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

/** A sentinel tells the names of servers, not their addresses. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ */
const namesOfSentinels: Lines = {
  'sentinel resolve-hostnames': 'yes',
  'sentinel announce-hostnames': 'yes',
  'sentinel announce-ip': 'localhost',
}

const watches = (host: string, port: number): Lines => ({
  [`sentinel monitor ${masterName} ${host} ${port}`]: 2,
  [`sentinel down-after-milliseconds ${masterName}`]: 1_000,
  [`sentinel failover-timeout ${masterName}`]: 5_000,
})

/** Three masters with a replica each, which call a server dead after a second. `key`: whose master is to fail. */
export async function startCluster(key: string, options: Options = {}): Promise<FailingCluster> {
  const house = await openHouse(options)
  const { ask, encryption } = house
  const servers: Server[] = []
  for (let count = 0; count < 6; count++) {
    // The bus of the cluster listens 10,000 above, unless told.
    const [port, bus] = [await freePort(), await freePort()]
    const lines = { 'cluster-enabled': 'yes', 'cluster-node-timeout': 1_000, 'cluster-port': bus }
    servers.push(house.start(port, { ...lines, ...(encryption !== undefined && namesOfNodes) }))
  }
  const ports = servers.map(({ port }) => port)
  for (const port of ports) await house.untilUp(port)
  join(ports, encryption)
  for (const port of ports)
    await until('a cluster that is whole', async () => {
      const [state, known] = [String(await ask(port, 'CLUSTER', 'INFO')), String(await ask(port, 'CLUSTER', 'NODES'))]
      return state.includes('cluster_state:ok') && known.split('\n').filter((line) => line.includes('slave')).length === 3
    })
  for (const port of ports)
    if (String(await ask(port, 'INFO', 'replication')).includes('role:slave')) await house.untilInStep(port)
  const owner = async () => await ownerOf(key, house, ports)
  const changed = async (before: number) =>
    await until('another owner', async () => {
      const now = await owner()
      return now !== 0 && now !== before
    })
  const replicaOf = async (master: number): Promise<Server> => {
    for (const server of servers)
      if (String(await ask(server.port, 'INFO', 'replication')).includes(`master_port:${master}`)) return server
    throw new Error('The master has no replica.')
  }
  return {
    environment: (user) => ({ REDIS_URL: house.urlOf(ports, user), REDIS_ALLOW_LOSS: '1', ...encryption?.environment }),
    master: async () => house.urlOf(ports),
    async kill() {
      const before = await owner()
      servers.find(({ port }) => port === before)?.process.kill('SIGKILL')
      await changed(before)
    },
    async handOver() {
      const before = await owner()
      await ask((await replicaOf(before)).port, 'CLUSTER', 'FAILOVER')
      await changed(before)
    },
    ports,
    ask,
    owner,
    replica: async () => await replicaOf(await owner()),
    close: () => house.close(),
  }
}

/** A node tells the names of nodes, not their addresses. https://redis.io/docs/latest/commands/cluster-slots/ */
const namesOfNodes: Lines = {
  'tls-cluster': 'yes',
  'cluster-announce-hostname': 'localhost',
  'cluster-preferred-endpoint-type': 'hostname',
}

/** Half of them as masters. Nodes meet at addresses only. */
function join(ports: readonly number[], encryption: Encryption | undefined): void {
  const nodes = ports.map((port) => `127.0.0.1:${port}`)
  const tls =
    encryption === undefined
      ? []
      : ['--tls', '--cacert', encryption.caFile, '--cert', encryption.certFile, '--key', encryption.keyFile]
  const words = ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes']
  execFileSync('redis-cli', [...tls, ...words], { stdio: 'ignore' })
}

/** The port of the master that has this key; 0 where none answers. */
async function ownerOf(key: string, { ask }: House, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    if (!String(await ask(port, 'INFO', 'replication')).includes('role:master')) continue
    // Whoever owns the key answers; the others say MOVED.
    const told = await ask(port, 'EXISTS', key)
    if (told !== undefined && String(await ask(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) return port
  }
  return 0
}

/** One server that takes commands meant for tests of Redis itself. */
export async function startServer(lines: Lines): Promise<{ readonly url: string; close(): Promise<void> }> {
  const house = await openHouse()
  const { port } = house.start(await freePort(), lines)
  await house.untilUp(port)
  return { url: house.urlOf([port]), close: () => house.close() }
}

export interface Encrypted extends Encryption {
  readonly url: string
  close(): Promise<void>
}

/** A Redis that speaks TLS alone, and only with clients that have a certificate. */
export async function startEncrypted(): Promise<Encrypted> {
  const house = await openHouse({ isEncrypted: true })
  if (house.encryption === undefined) throw new Error('The servers are not encrypted.')
  const { port } = house.start(await freePort(), {})
  return { ...house.encryption, url: house.urlOf([port]), close: () => house.close() }
}
