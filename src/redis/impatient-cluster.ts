import { Cluster, type Command } from 'ioredis'

/** How long a command may take, in milliseconds. */
const withinMs = 2_000

type Send = Parameters<Cluster['sendCommand']>

/**
 * A cluster whose commands fail when they are not answered in time. ioredis has a limit for each node alone, and while no node is found a command waits
 * without an end. One that has failed is not sent when the nodes are back.
 */
export class ImpatientCluster extends Cluster {
  override sendCommand(command: Command, stream?: Send[1], node?: Send[2]): unknown {
    if (command.isSettled) return command.promise
    command.setTimeout(withinMs)
    return super.sendCommand(command, stream, node)
  }
}
