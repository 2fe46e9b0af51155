import { Cluster, type Redis } from 'ioredis'
import type { Connection } from './connection.ts'

/** What a Redis server says of itself. A field is absent where the server, or the user's rights, do not say it. */
export interface RedisFacts {
  /** `redis` or `valkey`, and the version, e.g. `7.2.4`. */
  readonly server: string
  readonly version?: string
  /** `maxmemory-policy`. */
  readonly eviction?: string
  readonly appendOnly?: boolean
  /** Whether the last write to the append-only file and the last snapshot were kept. */
  readonly isWritten?: boolean
  /** Whether it takes writes: a replica does not. */
  readonly isMaster?: boolean
}

/** The servers that take writes: in a cluster its masters, else the one. */
export async function serversOf(redis: Connection): Promise<readonly Redis[]> {
  if (!(redis instanceof Cluster)) return [redis]
  // A cluster knows its nodes when it has answered once.
  await redis.ping()
  return redis.nodes('master')
}

/** Reads `INFO`. https://redis.io/docs/latest/commands/info/ */
export async function factsOf(redis: Redis): Promise<RedisFacts> {
  const text = (await Promise.all(['server', 'memory', 'persistence', 'replication'].map((part) => redis.info(part)))).join('\n')
  const field = (name: string): string | undefined => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(text)?.[1]
  const valkey = field('valkey_version')
  const version = valkey ?? field('redis_version')
  const eviction = field('maxmemory_policy')
  const [append, role] = [field('aof_enabled'), field('role')]
  const written = [field('aof_last_write_status'), field('rdb_last_bgsave_status')].filter((each) => each !== undefined)
  return {
    server: valkey === undefined ? 'redis' : 'valkey',
    ...(version !== undefined && { version }),
    ...(eviction !== undefined && { eviction }),
    ...(append !== undefined && { appendOnly: append === '1' }),
    ...(written.length > 0 && { isWritten: written.every((each) => each === 'ok') }),
    ...(role !== undefined && { isMaster: role === 'master' }),
  }
}

/** Milliseconds since the epoch, by the clock of Redis. */
export async function timeOf(redis: Connection): Promise<number> {
  const [seconds = 0, microseconds = 0] = await redis.time()
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000
}

/** The name of the user of this connection. */
export async function userOf(redis: Connection): Promise<string> {
  return String(await redis.call('ACL', 'WHOAMI'))
}

/** A command with its arguments. */
export type Command = readonly [name: string, ...args: string[]]

/**
 * Those of the commands that the user may not send. None is carried out: Redis looks at the rights when a command is put into a transaction, and the
 * transaction is thrown away. Give only commands that would do no harm if they were carried out all the same.
 * https://redis.io/docs/latest/develop/using-commands/transactions/
 */
export async function refusedOf<Asked extends { readonly command: Command }>(
  redis: Connection,
  asked: readonly Asked[],
): Promise<readonly Asked[]> {
  const [node] = await serversOf(redis)
  if (node === undefined) throw new Error('The cluster has no node that takes writes.')
  // A connection that is made anew would send what is left outside the transaction, so none is.
  const own = node.duplicate({
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    reconnectOnError: () => false,
  })
  own.on('error', () => undefined)
  try {
    await own.connect()
    if ((await own.call('MULTI')) !== 'OK') throw new Error('Redis does not begin a transaction.')
    const refusals = await Promise.all(
      asked.map(async ({ command: [name, ...args] }) => {
        const refusal = await own.call(name, ...args).then(
          () => '',
          (error: unknown) => String(error),
        )
        // A node of a cluster names another node only after it has looked at the rights.
        return /NOPERM/.test(refusal)
      }),
    )
    await own.call('DISCARD')
    return asked.filter((_, index) => refusals[index])
  } finally {
    own.disconnect()
  }
}
