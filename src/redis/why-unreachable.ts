import type { Cluster, Redis } from 'ioredis'

/**
 * Gives the errors of a cluster the last error of its nodes as their cause. ioredis asks each node where the keys are over a connection of its own, whose
 * errors it keeps to itself: of a certificate that is not trusted it says only that the cluster cannot be reached.
 */
export function sayWhyUnreachable(cluster: Cluster): void {
  let fault: Error | undefined
  cluster.on('+node', (node: Redis) => {
    const duplicate = node.duplicate.bind(node)
    node.duplicate = (...about) => duplicate(...about).on('error', (error) => (fault = error))
  })
  cluster.on('ready', () => (fault = undefined))
  cluster.prependListener('error', (error: Error) => {
    if (fault !== undefined) error.cause ??= fault
  })
}
