import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../../sandbox/free-port.ts'
import { aclLines, usersOf } from '../../src/redis/access.ts'

/** A master, two replicas and three sentinels. Each server writes what it is told to disk before it answers. */

const masterName = 'main'
const patienceMs = 30_000

export interface ChaosRedis {
  /** What a process gets that has this user. */
  environment(user: string): Readonly<Record<string, string>>
  /** Where the server is that takes writes now. */
  master(): Promise<string>
  /** The master is killed and started again at once. */
  restart(): Promise<void>
  /** The master is killed; when another took over, it comes back as a replica. */
  die(): Promise<void>
  handOver(): Promise<void>
  close(): Promise<void>
}

export async function startChaosRedis(networks: readonly string[]): Promise<ChaosRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-chaos-redis-'))
  const running = new Map<number, ChildProcess>()
  const usersFile = join(folder, 'users.acl')
  const passwords = new Map(usersOf(networks).map((user) => [user, [user]]))
  const lines = aclLines(networks, passwords).filter((line) => !line.startsWith('user default '))
  writeFileSync(usersFile, `${lines.join('\n')}\n`)

  const launch = (port: number, words: readonly string[] = []): void => {
    const path = join(folder, String(port), 'redis.conf')
    running.set(port, spawn('redis-server', [path, ...words], { stdio: 'ignore' }))
  }
  const configure = (port: number, settings: readonly string[]): void => {
    mkdirSync(join(folder, String(port)))
    const usual = ['bind 127.0.0.1', `port ${port}`, `dir ${join(folder, String(port))}`, 'save ""']
    writeFileSync(join(folder, String(port), 'redis.conf'), `${[...usual, ...settings].join('\n')}\n`)
  }
  const kill = async (port: number): Promise<void> => {
    const process = running.get(port)
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return
    const ended = once(process, 'exit')
    process.kill('SIGKILL')
    await ended
  }
  const close = async (): Promise<void> => {
    await Promise.all([...running.keys()].map(kill))
    rmSync(folder, { recursive: true })
  }

  const keeping = [
    'appendonly yes',
    'appendfsync always',
    'repl-diskless-sync-delay 0',
    'min-replicas-to-write 1',
    `aclfile ${usersFile}`,
  ]
  const ports = [await freePort(), await freePort(), await freePort()] as const
  const sentinels = [await freePort(), await freePort(), await freePort()] as const
  const masterPort = async (): Promise<number> => {
    for (const port of sentinels) {
      const told = await ask(port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)
      if (Array.isArray(told)) return Number(told[1])
    }
    throw new Error('No sentinel knows the master.')
  }
  const takesWrites = async (port: number): Promise<boolean> => {
    const told = String(await ask(port, 'INFO', 'replication'))
    return told.includes('role:master') && Number(/connected_slaves:(\d+)/.exec(told)?.[1]) > 0
  }
  const another = async (before: number, meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> =>
    await until('another master', async () => {
      const now = await masterPort()
      if (now !== before) return await takesWrites(now)
      await meanwhile()
      return false
    })

  try {
    for (const [at, port] of ports.entries()) {
      configure(port, [...keeping, ...(at === 0 ? [] : [`replicaof 127.0.0.1 ${ports[0]}`])])
      launch(port)
      await until('an answer', async () => (await ask(port, 'PING')) === 'PONG')
    }
    await until('two replicas in step', async () => {
      const told = String(await ask(ports[0], 'INFO', 'replication'))
      return (told.match(/state=online/g) ?? []).length === 2
    })
    for (const port of sentinels) {
      configure(port, [
        `sentinel monitor ${masterName} 127.0.0.1 ${ports[0]} 2`,
        `sentinel down-after-milliseconds ${masterName} 1500`,
        `sentinel failover-timeout ${masterName} 5000`,
      ])
      launch(port, ['--sentinel'])
    }
    for (const port of sentinels)
      await until('a sentinel that knows all others', async () => {
        const told = await ask(port, 'SENTINEL', 'MASTER', masterName)
        const fields = new Map(Array.isArray(told) ? told.map((value, index) => [value, told[index + 1]]) : [])
        return fields.get('num-slaves') === '2' && fields.get('num-other-sentinels') === '2'
      })
  } catch (error) {
    await close()
    throw error
  }
  return {
    environment: (user) => ({
      REDIS_URL: sentinels.map((port) => `redis://${user}:${user}@127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_NAME: masterName,
    }),
    master: async () => `redis://127.0.0.1:${await masterPort()}`,
    async restart() {
      const port = await masterPort()
      await kill(port)
      launch(port)
      await until('a master with replicas', async () => await takesWrites(await masterPort()))
    },
    async die() {
      const port = await masterPort()
      await kill(port)
      try {
        await another(port)
      } finally {
        launch(port)
      }
    },
    async handOver() {
      const port = await masterPort()
      // Refused while no replica is in step, and while another failover is under way.
      await another(port, () => ask(sentinels[0], 'SENTINEL', 'FAILOVER', masterName))
    },
    close,
  }
}

/** The answer of one server, asked over a connection of its own; undefined where it does not answer. */
async function ask(port: number, name: string, ...words: readonly string[]): Promise<unknown> {
  const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null, enableReadyCheck: false })
  redis.on('error', () => undefined)
  try {
    return await redis.call(name, ...words)
  } catch {
    return undefined
  } finally {
    redis.disconnect()
  }
}

async function until(what: string, seen: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await sleep(50))
    if (await seen().catch(() => false)) return
  throw new Error(`Redis: ${what} did not come.`)
}
