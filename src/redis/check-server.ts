import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Redis } from 'ioredis'
import type { RedisConfig } from '../config/redis.ts'
import { TerminalError } from '../domain/errors.ts'
import type { Log } from '../log.ts'
import { connect } from './connection.ts'

/** How long Redis may stay away until the log says that the process waits for it, in milliseconds. */
const quietMs = 5_000

/**
 * Looks at the start whether this Redis keeps what it is given. Throws a `TerminalError` where it may drop keys when its memory is full
 * (`redis-evicts`), is older than 6.2 (`redis-too-old`), or may not be asked (`redis-untold`). Where a restart would lose data, it warns. In a cluster each
 * master is asked. Waits for Redis without an end.
 */
export async function checkServer({ redisUrl, redisTolerance }: RedisConfig, log: Log): Promise<void> {
  const redis = connect(redisUrl, { patient: true })
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const over = new AbortController()
  const waiting = sleep(quietMs, undefined, { signal: over.signal, ref: false })
  waiting.then(
    () => log.warn('waiting for Redis, which does not answer'),
    () => undefined,
  )
  try {
    // A cluster knows its nodes when it has answered once.
    await redis.ping()
    for (const server of redis instanceof Cluster ? redis.nodes('master') : [redis]) await checkOne(server, redisTolerance, log)
  } finally {
    over.abort()
    redis.disconnect()
  }
}

async function checkOne(redis: Redis, tolerance: RedisConfig['redisTolerance'], log: Log): Promise<void> {
  const info = await infoOf(redis)
  const version = info.get('redis_version') ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (version !== '' && (major < 6 || (major === 6 && minor < 2)))
    throw new TerminalError('redis-too-old', `This Redis has the version ${version}, and the product needs 6.2 or newer.`, {
      remedy: 'Use Redis 7 or newer, or Valkey: users with rights of their own need 7.',
    })
  const policy = info.get('maxmemory_policy')
  if (policy === undefined)
    log.warn('Redis does not say its maxmemory-policy: make sure that it is noeviction, or it may drop requests')
  if (policy !== undefined && policy !== 'noeviction' && !tolerance.eviction)
    throw new TerminalError(
      'redis-evicts',
      `This Redis drops keys when its memory is full (maxmemory-policy ${policy}), and requests with them.`,
      { remedy: 'Set maxmemory-policy noeviction in its configuration. REDIS_ALLOW_EVICTION=1 starts the process all the same.' },
    )
  if (tolerance.loss || info.get('aof_enabled') !== '0') return
  const snapshots = await snapshotsOf(redis)
  if (snapshots === 'none')
    log.warn(
      'Redis keeps nothing on disk: a restart loses every request. Set appendonly yes, or REDIS_ALLOW_LOSS=1 if that is meant',
    )
  else
    log.warn(
      'Redis writes no append-only file: a restart loses what was decided since its last snapshot. Set appendonly yes, or REDIS_ALLOW_LOSS=1 if that is meant',
    )
}

/** Sections are asked for one by one: a server may leave one out of the whole. */
async function infoOf(redis: Redis): Promise<ReadonlyMap<string, string>> {
  try {
    const texts = [await redis.info('server'), await redis.info('memory'), await redis.info('persistence')]
    const lines = texts.join('\r\n').split(/\r?\n/)
    return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
  } catch (error) {
    throw new TerminalError('redis-untold', 'This user of Redis may not run INFO, without which the queues cannot work.', {
      cause: error,
      remedy: 'Add +info to the rules of the user: `npm run acl` prints them.',
    })
  }
}

/** Whether it writes snapshots now and then; `unknown` where the user may not ask, as is right. */
async function snapshotsOf(redis: Redis): Promise<'some' | 'none' | 'unknown'> {
  try {
    const answer: unknown = await redis.config('GET', 'save')
    return Array.isArray(answer) && answer[1] === '' ? 'none' : 'some'
  } catch {
    return 'unknown'
  }
}
