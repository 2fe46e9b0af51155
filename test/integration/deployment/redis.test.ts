import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../../sandbox/free-port.ts'
import { composeFile } from '../../compose-file.ts'

/** The Redis of docker-compose.yml, with the users and addresses that `npm run acl -- --write` makes. */

let folder: string
let port: number
let server: ChildProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'privatelink-compose-'))
  port = await freePort()
  expect(makeSecrets('prod-westus3').status).toBe(0)
  await start()
})
afterAll(async () => {
  await stop('SIGKILL')
  rmSync(folder, { recursive: true })
})

function makeSecrets(...networks: readonly string[]) {
  const named = networks.flatMap((network) => ['--network', network])
  const words = ['src/acl/main.ts', ...named, '--write', folder, '--redis', `127.0.0.1:${port}`]
  return spawnSync(process.execPath, words, { encoding: 'utf8' })
}

const service = composeFile().services.redis

async function start(): Promise<void> {
  const [command = '', ...words] = service?.command ?? []
  const paths: Readonly<Record<string, string>> = { '/data': folder, '/run/secrets/redis-users': join(folder, 'redis-users.acl') }
  const own = words.map((word) => paths[word] ?? word)
  server = spawn(command, [...own, '--port', String(port), '--bind', '127.0.0.1'], { stdio: 'ignore' })
  await vi.waitUntil(() => health() === 0, { timeout: 10_000, interval: 50 })
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  const ended = once(server, 'exit')
  server.kill(signal)
  await ended
}

/** The exit status of the health check of docker-compose.yml. */
function health(): number | null {
  const [, command = ''] = service?.healthcheck.test ?? []
  return spawnSync('sh', ['-c', command.replace('redis-cli', `redis-cli -p ${port}`)]).status
}

function addressOf(user: string): string {
  return readFileSync(join(folder, `redis-url-${user}`), 'utf8').trim()
}

async function as<Result>(address: string, use: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(address, { maxRetriesPerRequest: 0, retryStrategy: () => null })
  redis.on('error', () => undefined)
  return await use(redis).finally(() => redis.disconnect())
}

test('what it has answered outlives its sudden death', async () => {
  await as(addressOf('bot'), (redis) => redis.set('{privatelink}:request:PL-1', 'kept'))
  await as(addressOf('bot'), (redis) =>
    redis.multi().set('{privatelink}:request:PL-2', 'kept').sadd('{privatelink}:requests:open', 'PL-2').exec(),
  )
  const script = "redis.call('SET', KEYS[1], 'kept') redis.call('SET', KEYS[2], 'kept')"
  await as(addressOf('jobs'), (redis) => redis.eval(script, 2, '{privatelink}:request:PL-3', '{privatelink}:request:PL-4'))
  await stop('SIGKILL')
  expect(health()).not.toBe(0)
  await start()
  for (const id of ['PL-1', 'PL-2', 'PL-3', 'PL-4'])
    expect(await as(addressOf('jobs'), (redis) => redis.get(`{privatelink}:request:${id}`))).toBe('kept')
  const told = await as(addressOf('bot'), (redis) => redis.info())
  for (const line of ['aof_enabled:1', 'maxmemory_policy:noeviction', 'maxmemory:536870912']) expect(told).toContain(line)
})

test('nobody comes in without the password of a user, and the user of the health check may only ask for its health', async () => {
  const plain = `127.0.0.1:${port}`
  for (const address of [`redis://${plain}`, `redis://bot:wrong@${plain}`])
    await expect(as(address, (redis) => redis.get('{privatelink}:request:PL-1'))).rejects.toThrow()
  await expect(as(`redis://health:health@${plain}`, (redis) => redis.call('GET', 'any'))).rejects.toThrow('NOPERM')
  await expect(as(addressOf('diagnostics-prod-westus3'), (redis) => redis.get('{privatelink}:request:PL-1'))).rejects.toThrow(
    'NOPERM',
  )
})

test('the passwords are readable by their owner alone, and the file of the users holds none', () => {
  const users = readFileSync(join(folder, 'redis-users.acl'), 'utf8')
  for (const user of ['bot', 'jobs', 'diagnostics-prod-westus3', 'auditor']) {
    expect(statSync(join(folder, `redis-url-${user}`)).mode & 0o777).toBe(0o600)
    const { password } = new URL(addressOf(user))
    expect(password).toMatch(/^[\w-]{43}$/)
    expect(users).not.toContain(password)
  }
  // Redis reads it as another user than the one that made it.
  expect(statSync(join(folder, 'redis-users.acl')).mode & 0o777).toBe(0o644)
})

test('the administrator loads the users again, and nobody else does', async () => {
  expect(makeSecrets('prod-westus3', 'test-westus3').status).toBe(0)
  await expect(as(addressOf('bot'), (redis) => redis.call('ACL', 'LOAD'))).rejects.toThrow('NOPERM')
  expect(await as(addressOf('admin'), (redis) => redis.call('ACL', 'LOAD'))).toBe('OK')
  expect(await as(addressOf('diagnostics-test-westus3'), (redis) => redis.ping())).toBe('PONG')
})

test('a second run adds a network, and keeps the passwords that there are', async () => {
  const before = addressOf('bot')
  const { status, stdout, stderr } = makeSecrets('prod-westus3', 'staging-eastus2')
  expect([status, stdout]).toEqual([0, ''])
  expect(stderr).toContain('redis-url-bot is kept')
  expect(stderr).toContain('redis-url-diagnostics-staging-eastus2 is new')
  expect(stderr).not.toContain(new URL(before).password)
  expect(addressOf('bot')).toBe(before)
  await stop('SIGTERM')
  await start()
  expect(
    await as(addressOf('diagnostics-staging-eastus2'), (redis) => redis.get('{privatelink}:probe-staging-eastus2:id')),
  ).toBeNull()
})

test('a secret that is no address is named, and not shown', () => {
  const path = join(folder, 'redis-url-jobs')
  chmodSync(path, 0o600)
  spawnSync('sh', ['-c', 'echo "s3cret-value" > "$0"', path])
  const { status, stderr } = makeSecrets('prod-westus3')
  expect(status).toBe(2)
  expect(stderr).toContain('redis-url-jobs holds no address')
  expect(stderr).not.toContain('s3cret-value')
})
