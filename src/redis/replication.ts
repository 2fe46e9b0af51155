import { Cluster } from 'ioredis'
import type { Connection } from './connection.ts'

/** How long a replica may take to have a write, in milliseconds. */
const withinMs = 500

/**
 * Waits until a replica has this connection's writes. `none`: there is no replica, or Redis is a cluster, where it cannot be asked for one key's. `late`: no
 * replica said in time that it has them; a failover now could lose them.
 */
export async function untilReplicated(redis: Connection): Promise<'replicated' | 'none' | 'late'> {
  if (redis instanceof Cluster) return 'none'
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(await redis.info('replication'))?.[1] ?? 0)
  if (replicas === 0) return 'none'
  return (await redis.wait(1, withinMs)) > 0 ? 'replicated' : 'late'
}
