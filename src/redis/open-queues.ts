import { Queue } from 'bullmq'
import { type Closable, closable } from '../closable.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

export interface OpenQueues extends Closable {
  readonly all: readonly Queue[]
}

/** Queues by their names, to look at. They add no jobs of their own. */
export function openQueues(connection: Connection, names: readonly string[]): OpenQueues {
  const all = names.map((name) => new Queue(name, { connection, prefix }))
  // The owner of the connection logs its errors; a queue without a listener would print them, with what Redis refused.
  for (const queue of all) queue.on('error', () => undefined)
  return { all, ...closable(async () => void (await Promise.all(all.map((queue) => queue.close())))) }
}
