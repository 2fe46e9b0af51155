import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'

/** How long a Redis on loopback may take to answer its first PING, in milliseconds. */
const patienceMs = 10_000

export interface RedisServer {
  readonly url: string
  readonly pid: number | undefined
  /** The same Redis, for the user of one of our processes. */
  urlFor(user: string): string
  close(): Promise<void>
}

/** The users and their rights, as in production, with passwords of this run. */
const users = readFileSync(new URL('../redis-users.acl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('user ') && !line.startsWith('user default') && !line.startsWith('user health'))
  .map((line) => line.split(' ').slice(1))

/** How many ports are tried: somebody else may take one between looking for it and listening. */
const attempts = 5

/** A real Redis (or Valkey) of our own, on a free port, that keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
  for (let left = attempts; ; left--) {
    try {
      return await startRedisOn(await freePort())
    } catch (error) {
      if (left === 1) throw error
    }
  }
}

async function startRedisOn(port: number): Promise<RedisServer> {
  // A server writes its data to its folder when a replica asks for it, and reads what lies there when it starts.
  const dir = await mkdtemp(join(tmpdir(), 'privatelink-redis-'))
  const settings = { port, dir, bind: '127.0.0.1', save: '', appendonly: 'no', 'maxmemory-policy': 'noeviction' }
  const server = spawn(
    serverOnPath(),
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve())
    server.once('error', () => resolve())
  })
  const url = `redis://127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    server.kill('SIGKILL')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
  const absent = ended.then(() => {
    throw new Error('The Redis server ended before it answered.')
  })
  try {
    await Promise.race([firstAnswer(url, server.pid), absent])
  } catch (error) {
    await close()
    throw error
  }
  absent.catch(() => undefined)
  const passwords = new Map(users.map(([name = '']) => [name, randomUUID()]))
  await createUsers(url, passwords)
  return { url, pid: server.pid, urlFor: (user) => url.replace('//', `//${user}:${passwords.get(user)}@`), close }
}

async function createUsers(url: string, passwords: ReadonlyMap<string, string>): Promise<void> {
  const redis = new Redis(url)
  for (const [name = '', ...rules] of users) {
    await redis.call('ACL', 'SETUSER', name, `>${passwords.get(name)}`, ...rules)
  }
  redis.disconnect()
}

function serverOnPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = ['redis-server', 'valkey-server'].flatMap((name) => folders.map((folder) => join(folder, name)))
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error('Neither redis-server nor valkey-server is on the PATH.')
  return found
}

/** Throws when it is another server that answers. */
async function firstAnswer(url: string, pid: number | undefined): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 25 })
  redis.on('error', () => undefined)
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Redis did not answer.')), patienceMs)
  try {
    const said = await Promise.race([redis.info('server'), tooLate])
    if (!said.includes(`process_id:${pid}\r`)) throw new Error('Another Redis listens on that port.')
  } finally {
    clearTimeout(timer)
    redis.disconnect()
  }
}
