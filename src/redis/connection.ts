import { Cluster, Redis } from 'ioredis'

export type Connection = Redis | Cluster

/**
 * After a failover the old server may keep its connections, and refuse writes: then the connection is made anew, and the command is sent again, which was not
 * carried out. 2 is ioredis' word for that.
 */
function reconnectOnError(error: Error): false | 2 {
  return error.message.includes('READONLY') ? 2 : false
}

/**
 * Connects to one Redis, or to a Redis Cluster when `url` holds several nodes separated by commas. With `patient` a command waits for Redis without an
 * end, which workers need; without it a command fails within two seconds, so that a person gets an answer while Redis is down.
 */
export function connect(url: string, { patient }: { patient: boolean }): Connection {
  const options = {
    ...(patient ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, commandTimeout: 2_000 }),
    reconnectOnError,
  }
  const nodes = url.split(',')
  const [first = url] = nodes
  if (nodes.length === 1) return new Redis(first, options)
  const { username, password, protocol } = new URL(first)
  return new Cluster(nodes, {
    redisOptions: {
      ...options,
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  })
}

/** Whether Redis did not answer a command, so that nobody knows whether it was carried out. ioredis has no codes for these. */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'MaxRetriesPerRequestError' || ['Command timed out', 'Connection is closed.'].includes(error.message)
}

/** The id of the server that answers, which changes with a restart or a failover; undefined in a cluster, and where the server does not say. */
export async function serverIdOf(redis: Connection): Promise<string | undefined> {
  if (redis instanceof Cluster) return undefined
  return /^run_id:(\S+)/m.exec(await redis.info('server'))?.[1]
}
