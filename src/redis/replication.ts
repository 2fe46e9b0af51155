import { Cluster, type Redis } from 'ioredis'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** How long a replica may take to have a write, in milliseconds. */
const withinMs = 500

/**
 * Waits until a replica has this connection's writes; in a cluster, one of the server that holds our keys. `none`: there is no replica. `late`: no replica said
 * in time that it has them; a failover now could lose them.
 */
export async function untilReplicated(connection: Connection): Promise<'replicated' | 'none' | 'late'> {
  const redis = connection instanceof Cluster ? await ownerOfOurKeys(connection) : connection
  if (redis === undefined) return 'late'
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(await redis.info('replication'))?.[1] ?? 0)
  if (replicas === 0) return 'none'
  return (await redis.wait(1, withinMs)) > 0 ? 'replicated' : 'late'
}

/** The connection by which the cluster's client writes our keys, which share one slot; undefined while the cluster chooses a new owner. */
async function ownerOfOurKeys(cluster: Cluster): Promise<Redis | undefined> {
  const slot = Number(await cluster.cluster('KEYSLOT', `${prefix}:requests:all`))
  const [owner] = cluster.slots[slot] ?? []
  return cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === owner)
}
