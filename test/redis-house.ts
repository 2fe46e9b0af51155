import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { aclLines, usersOf } from '../src/redis/access.ts'
import { createEncryption, type Encryption } from './redis-encryption.ts'

export interface Server {
  readonly port: number
  readonly process: ChildProcess
}

export type Lines = Readonly<Record<string, string | number>>

/** The users of `npm run acl`, each with its own name as its password. */
const passwords = new Map(usersOf(['prod-westus3']).map((user) => [user, [user]]))

/** The folder and the servers of one test. */
export interface House {
  /** Absent where the servers speak without TLS. */
  readonly encryption?: Encryption
  /** By which the servers are known: certificates are made for names. */
  readonly host: string
  /** The addresses of these ports, as `REDIS_URL` has them. */
  urlOf(ports: readonly number[], user?: string): string
  /** Without an answer yet. */
  start(port: number, lines: Lines, ...words: readonly string[]): Server
  /** The answer of one server, asked over a connection of its own; undefined where it does not answer. */
  ask(port: number, ...command: readonly [string, ...string[]]): Promise<unknown>
  /** Until the server answers. */
  untilUp(port: number): Promise<void>
  /** A replica that has all data of its master can take over. */
  untilInStep(port: number): Promise<void>
  close(): Promise<void>
}

export async function openHouse({ isEncrypted = false }: { readonly isEncrypted?: boolean } = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-redis-'))
  const encryption = isEncrypted ? await createEncryption(folder) : undefined
  const host = encryption === undefined ? '127.0.0.1' : 'localhost'
  const servers: Server[] = []
  const usersFile = join(folder, 'users.acl')
  // The default user stays, for the replicas and for whoever looks on.
  writeFileSync(
    usersFile,
    `${aclLines(['prod-westus3'], passwords)
      .filter((line) => !line.startsWith('user default '))
      .join('\n')}\n`,
  )
  const settings = (lines: Lines): string =>
    Object.entries(lines)
      .map(([name, value]) => `${name} ${value === '' ? '""' : value}`)
      .join('\n')
  const ask: House['ask'] = async (port, ...[name, ...words]) => {
    const tls = encryption === undefined ? {} : { tls: encryption.texts }
    const once = { maxRetriesPerRequest: 0, retryStrategy: () => null, enableReadyCheck: false }
    const redis = new Redis({ port, host, ...once, ...tls })
    redis.on('error', () => undefined)
    try {
      return await redis.call(name, ...words)
    } catch {
      return undefined
    } finally {
      redis.disconnect()
    }
  }
  return {
    ...(encryption !== undefined && { encryption }),
    host,
    urlOf: (ports, user) => {
      const scheme = encryption === undefined ? 'redis' : 'rediss'
      return ports.map((port) => `${scheme}://${user === undefined ? '' : `${user}:${user}@`}${host}:${port}`).join(',')
    },
    start(port, lines, ...words) {
      const home = join(folder, String(port))
      mkdirSync(home)
      const path = join(home, 'redis.conf')
      const usual = { bind: '127.0.0.1 -::1', port, dir: home, save: '', 'repl-diskless-sync-delay': 0 }
      const users = words.length === 0 ? { aclfile: usersFile } : {}
      writeFileSync(path, `${settings({ ...usual, ...encryption?.linesOf(port), ...users, ...lines })}\n`)
      const process = spawn('redis-server', [path, ...words], { stdio: 'ignore' })
      const server = { port, process }
      servers.push(server)
      return server
    },
    ask,
    untilUp: async (port) => await until('an answer', async () => (await ask(port, 'PING')) === 'PONG'),
    untilInStep: async (port) =>
      await until('a replica in step', async () =>
        String(await ask(port, 'INFO', 'replication')).includes('master_link_status:up'),
      ),
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

export async function until(what: string, seen: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(seen, { timeout: 20_000, interval: 50 }).catch(() => {
    throw new Error(`Redis: ${what} did not come.`)
  })
}
