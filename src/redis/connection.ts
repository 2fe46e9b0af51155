import { Cluster, type ClusterOptions, Redis } from 'ioredis'
import type { RedisAddress, RedisSettings } from '../config/redis.ts'
import { followSignIn } from './follow-sign-in.ts'
import { ImpatientCluster, ImpatientRedis, patienceMs } from './impatient.ts'
import { prefix } from './queues.ts'
import { FreshSentinelConnector } from './sentinel-connector.ts'
import './socket-errors.ts'
import { sayWhyUnreachable } from './why-unreachable.ts'

export type Connection = Redis | Cluster

/** After how long without enough replicas a connection asks again who the master is, in milliseconds. */
const askAgainAfterMs = 1_000

/**
 * What a server answers that does not take commands any more, or not yet: one that has become a replica and kept its connections, and one that reads its
 * data. The connection is made anew, which asks the sentinels where the master is, and the command is sent again, which was not carried out. 2 is ioredis'
 * word for that. A server without replicas may be a master that has been replaced: this is asked once a second, or a master that waits for its replicas
 * would be asked without a pause.
 */
function reconnector(): (error: Error) => false | 2 {
  let askedAt = Number.NEGATIVE_INFINITY
  return ({ message }) => {
    if (/^(LOADING|MASTERDOWN)\b|READONLY/.test(message)) return 2
    if (!message.startsWith('NOREPLICAS') || performance.now() - askedAt < askAgainAfterMs) return false
    askedAt = performance.now()
    return 2
  }
}

/**
 * How often a cluster is asked again where a command belongs, while it chooses a new master. `patient`: for about a minute. `blocking`: for less than a
 * second. BullMQ gives up a blocking command one second after its time, by closing the connection; where ioredis still tries, that never ends, and the
 * worker takes no job any more.
 */
const cluster = {
  patient: { maxRedirections: 300, retryDelayOnFailover: 200, retryDelayOnClusterDown: 200 },
  blocking: { maxRedirections: 16, retryDelayOnFailover: 50, retryDelayOnClusterDown: 50 },
} satisfies Record<string, ClusterOptions>

/**
 * Connects to one Redis; to the master that sentinels name; or to a Redis Cluster. With `patient` a command waits for Redis without an end, which workers
 * need; without it a command fails within two seconds, and is not sent later, so that a person gets an answer while Redis is down. `blocking`: for what BullMQ blocks.
 */
export function connect(
  address: RedisAddress,
  { patient, blocking = false }: { readonly patient: boolean; readonly blocking?: boolean },
): Connection {
  const settings: RedisSettings = typeof address === 'string' ? { url: address } : address
  const connection = open(settings, { patient, blocking })
  if (connection instanceof Cluster) sayWhyUnreachable(connection)
  if (settings.signIn !== undefined && connection instanceof Redis) followSignIn(connection, settings.signIn)
  return connection
}

function open(
  settings: RedisSettings,
  { patient, blocking }: { readonly patient: boolean; readonly blocking: boolean },
): Connection {
  const nodes = settings.url.split(',').map((node) => new URL(node))
  const [first] = nodes
  const options = {
    ...(patient ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, commandTimeout: patienceMs }),
    ...tlsOf(settings),
    ...(settings.signIn?.current() ?? userOf(first)),
    reconnectOnError: reconnector(),
  }
  const endpoints = nodes.map(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }))
  const [One, Nodes] = patient ? [Redis, Cluster] : [ImpatientRedis, ImpatientCluster]
  if (settings.sentinelName !== undefined) return new One({ ...options, ...sentinelsOf(settings, endpoints) })
  if (nodes.length === 1) return new One(settings.url, options)
  return new Nodes(
    endpoints.map(({ host, port }) => ({ host, port: port || 6379 })),
    {
      redisOptions: { ...options },
      // By their names, not by the addresses that these have: certificates are made for names.
      dnsLookup: (host, callback) => callback(null, host),
      ...(blocking ? cluster.blocking : patient ? cluster.patient : {}),
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
    Connector: FreshSentinelConnector,
  }
}

/** Whether Redis did not answer a command, so that nobody knows whether it was carried out. ioredis has no codes for these. */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'MaxRetriesPerRequestError' || ['Command timed out', 'Connection is closed.'].includes(error.message)
}

/** Asks the server that holds our keys: a command without a key would ask any node of a cluster. */
const serverInfo = "return redis.call('INFO', 'server')"

/** Of a slot that holds all of our keys. Nothing is stored there. */
const anyKey = `${prefix}:requests:server`

/** The id of the server that answers, which changes with a restart or a failover; undefined where the server does not say. For users that may write requests. */
export async function serverIdOf(redis: Connection): Promise<string | undefined> {
  const info = redis instanceof Cluster ? await redis.eval(serverInfo, 1, anyKey) : await redis.info('server')
  return /^run_id:(\S+)/m.exec(String(info))?.[1]
}
