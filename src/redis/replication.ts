import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Redis } from 'ioredis'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** How long the replicas that are there may take to have a write, in milliseconds. */
const withinMs = 500

/**
 * How long a replica may be away that was there before, in milliseconds. While a master hands over, the replica that takes its place has left it, and what it
 * still writes is lost, also where another replica has it. Sentinels take up to four seconds until they name the new master.
 */
const returnsWithinMs = 5_000

/** Pause between two looks for a replica that is away, in milliseconds. */
const pauseMs = 100

/**
 * `none`: there is no replica. `late`: not every replica said in time that it has the writes; a failover now could lose them. `moved`: another master answers,
 * which may lack them.
 */
export type Replicated = 'replicated' | 'none' | 'late' | 'moved'

export interface Replication {
  /** Waits until every replica that the master was seen with has this connection's writes; in a cluster, those of the server that holds our keys. */
  untilReplicated(): Promise<Replicated>
  /** Notes how many replicas the master has: one that was not noted is not missed when it leaves. Never rejects. */
  look(): Promise<void>
}

interface Master {
  /** Changes when another server becomes the master. */
  readonly id: string
  readonly replicas: number
  readonly redis: Redis
}

export function replicationOf(connection: Connection): Replication {
  let known: { readonly id: string; readonly most: number } | undefined
  const look = async (): Promise<Master & { readonly most: number }> => {
    const master = await masterOf(connection)
    const most = known?.id === master.id ? Math.max(known.most, master.replicas) : master.replicas
    known = { id: master.id, most }
    return { ...master, most }
  }
  return {
    async look() {
      await look().catch(() => undefined)
    },
    async untilReplicated() {
      const writtenTo = known?.id
      for (const until = performance.now() + returnsWithinMs; ; await sleep(pauseMs)) {
        const seen = await look().catch(() => undefined)
        if (seen !== undefined) {
          const { id, replicas, most, redis } = seen
          if (writtenTo !== undefined && id !== writtenTo) return 'moved'
          if (most === 0) return 'none'
          const having = replicas === 0 ? 0 : await redis.wait(replicas, withinMs).catch(() => 0)
          if (having >= most) return 'replicated'
          if (replicas === most) return 'late'
        }
        if (performance.now() < until) continue
        if (seen !== undefined) known = { id: seen.id, most: seen.replicas }
        return 'late'
      }
    },
  }
}

/** Throws while the server is no master: one that has handed over already has no data of its own. */
async function masterOf(connection: Connection): Promise<Master> {
  const redis = connection instanceof Cluster ? await ownerOfOurKeys(connection) : connection
  const told = await redis.info('replication')
  if (!/^role:master/m.test(told)) throw new Error('This server is no master now.')
  const number = Number(/^connected_slaves:(\d+)/m.exec(told)?.[1] ?? 0)
  return { id: /^master_replid:(\w+)/m.exec(told)?.[1] ?? '', replicas: number, redis }
}

/** The connection by which the cluster's client writes our keys, which share one slot. Throws while the cluster chooses a new owner. */
async function ownerOfOurKeys(cluster: Cluster): Promise<Redis> {
  const slot = Number(await cluster.cluster('KEYSLOT', `${prefix}:requests:all`))
  const [owner] = cluster.slots[slot] ?? []
  const connection = cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === owner)
  if (connection === undefined) throw new Error('The cluster has no owner of our keys now.')
  return connection
}
