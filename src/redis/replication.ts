import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Redis } from 'ioredis'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'
import { refusesForNow } from './refuses-for-now.ts'

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
  /** `most`: the replicas that the master is to have. */
  let known: (Omit<Master, 'redis'> & { readonly most: number }) | undefined
  const look = async () => {
    const { redis, ...master } = await masterOf(connection)
    const most = known?.id === master.id ? Math.max(known.most, master.replicas) : master.replicas
    known = { ...master, most }
    return { ...known, redis }
  }
  const ask = async (writtenTo: string | undefined): Promise<Replicated | 'away'> => {
    const seen = await look().catch((error: unknown) => (isRefusal(error) ? 'late' : 'away'))
    if (typeof seen === 'string') return seen
    const { id, replicas, most, redis } = seen
    if (writtenTo !== undefined && id !== writtenTo) return 'moved'
    if (most === 0) return 'none'
    const having = replicas === 0 ? 0 : await redis.wait(replicas, withinMs).catch(() => 0)
    if (having >= most) return 'replicated'
    return replicas === most ? 'late' : 'away'
  }
  return {
    async look() {
      await look().catch(() => undefined)
    },
    async untilReplicated() {
      const writtenTo = known?.id
      for (const until = performance.now() + returnsWithinMs; performance.now() < until; await sleep(pauseMs)) {
        const said = await ask(writtenTo)
        if (said !== 'away') return said
      }
      if (known !== undefined) known = { ...known, most: known.replicas }
      return 'late'
    },
  }
}

/** Redis will not say it, e.g. for want of a right. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !refusesForNow(error)
}

/** Throws while the server is a replica: one that has handed over already has no data of its own. */
async function masterOf(connection: Connection): Promise<Master> {
  const redis = connection instanceof Cluster ? await ownerOfOurKeys(connection) : connection
  const told = await redis.info('replication')
  if (/^role:slave/m.test(told)) throw new Error('This server is a replica now.')
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(told)?.[1] ?? 0)
  return { id: /^master_replid:(\w+)/m.exec(told)?.[1] ?? '', replicas, redis }
}

/** The connection by which the cluster's client writes our keys, which share one slot. Throws while the cluster chooses a new owner. */
async function ownerOfOurKeys(cluster: Cluster): Promise<Redis> {
  const slot = Number(await cluster.cluster('KEYSLOT', `${prefix}:requests:all`))
  const [owner] = cluster.slots[slot] ?? []
  const connection = cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === owner)
  if (connection === undefined) throw new Error('The cluster has no owner of our keys now.')
  return connection
}
