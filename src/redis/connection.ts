import { Cluster, Redis } from 'ioredis'

export type Connection = Redis | Cluster

/**
 * `patient` waits for Redis as long as it takes, as a worker should; without it a command fails within two seconds, so that the person who waits for
 * an answer gets one. Several comma-separated nodes mean Redis Cluster.
 */
export function connect(url: string, { patient }: { patient: boolean }): Connection {
  const options = patient ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, commandTimeout: 2_000 }
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
