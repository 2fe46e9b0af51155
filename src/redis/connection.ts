import { Cluster, type ClusterOptions, Redis } from 'ioredis'
import type { RedisAddress, RedisSettings } from '../config/redis.ts'

export type Connection = Redis | Cluster

/**
 * What a server answers that does not take commands any more, or not yet: one that has become a replica and kept its connections, and one that reads its
 * data. The connection is made anew, which asks the sentinels where the master is, and the command is sent again, which was not carried out. 2 is ioredis'
 * word for that.
 */
function reconnectOnError(error: Error): false | 2 {
  return /^(LOADING|MASTERDOWN)\b|READONLY/.test(error.message) ? 2 : false
}

/** How long a cluster is asked again where a command belongs, while it chooses a new master: about a minute. */
const patientCluster = { maxRedirections: 300, retryDelayOnFailover: 200, retryDelayOnClusterDown: 200 } satisfies ClusterOptions

/**
 * Connects to one Redis; to the master that sentinels name; or to a Redis Cluster. With `patient` a command waits for Redis without an end, which workers
 * need; without it a command fails within two seconds, so that a person gets an answer while Redis is down.
 */
export function connect(address: RedisAddress, { patient }: { patient: boolean }): Connection {
  const settings: RedisSettings = typeof address === 'string' ? { url: address } : address
  const nodes = settings.url.split(',').map((node) => new URL(node))
  const [first] = nodes
  const options = {
    ...(patient ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, commandTimeout: 2_000 }),
    ...tlsOf(settings),
    ...userOf(first),
    reconnectOnError,
  }
  const endpoints = nodes.map(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }))
  if (settings.sentinelName !== undefined) return new Redis({ ...options, ...sentinelsOf(settings, endpoints) })
  if (nodes.length === 1) return new Redis(settings.url, options)
  return new Cluster(
    endpoints.map(({ host, port }) => ({ host, port: port || 6379 })),
    {
      redisOptions: { ...options },
      // By their names, not by the addresses that these have: certificates are made for names.
      dnsLookup: (host, callback) => callback(null, host),
      ...(patient && patientCluster),
    },
  )
}

function tlsOf({ url, ca, certificate, key }: RedisSettings): {
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
} {
  if (!url.startsWith('rediss:')) return {}
  return {
    tls: {
      ...(ca !== undefined && { ca }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key }),
    },
  }
}

function userOf(url: URL | undefined): { readonly username?: string; readonly password?: string } {
  return {
    ...(url !== undefined && url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url !== undefined && url.password !== '' && { password: decodeURIComponent(url.password) }),
  }
}

function sentinelsOf(settings: RedisSettings, endpoints: readonly { host: string; port: number }[]) {
  const { tls } = tlsOf(settings)
  return {
    sentinels: endpoints.map(({ host, port }) => ({ host, port: port || 26_379 })),
    name: settings.sentinelName ?? '',
    ...(settings.sentinelUsername !== undefined && { sentinelUsername: settings.sentinelUsername }),
    ...(settings.sentinelPassword !== undefined && { sentinelPassword: settings.sentinelPassword }),
    ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    // A sentinel says when it has chosen another master: the connection does not wait until the old one is seen to be dead.
    failoverDetector: true,
  }
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
