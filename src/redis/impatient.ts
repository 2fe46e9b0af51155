import { Cluster, type Command, Redis } from 'ioredis'

/** How long a command may take, in milliseconds. */
export const patienceMs = 2_000

type Send = Parameters<Cluster['sendCommand']>

/** A connection of whose commands one that has failed is not sent later: ioredis keeps it for when the server, or a sentinel, is back. */
export class ImpatientRedis extends Redis {
  override sendCommand(command: Command, stream?: Send[1]): unknown {
    return command.isSettled ? command.promise : super.sendCommand(command, stream)
  }
}

/** The same for a cluster. While it has no node, ioredis lets a command wait without an end: its limit is one of each node. */
export class ImpatientCluster extends Cluster {
  override sendCommand(command: Command, stream?: Send[1], node?: Send[2]): unknown {
    if (command.isSettled) return command.promise
    command.setTimeout(patienceMs)
    return super.sendCommand(command, stream, node)
  }
}
