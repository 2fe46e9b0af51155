import { type Connection, serverIdOf } from './connection.ts'
import { prefix } from './queues.ts'

export const serverKey = `${prefix}:server`

/** The server that answers now, by its id, and the one that answered when the data was last seen: data of a replica or a backup names another. */
export interface LastServer {
  /** Undefined where the server does not say. */
  current(): Promise<string | undefined>
  /** Undefined at the very first start. */
  last(): Promise<string | undefined>
  keep(id: string): Promise<void>
}

export function redisLastServer(redis: Connection): LastServer {
  return {
    current: () => serverIdOf(redis),
    last: async () => (await redis.get(serverKey)) ?? undefined,
    keep: async (id) => void (await redis.set(serverKey, id)),
  }
}
