import type { Latencies } from '../world.ts'

/**
 * The least time in which the simulated clouds can carry out a first setup, in milliseconds: their latencies along the longest chain of changes that
 * depend on each other. Polling intervals and reads are not part of it; they are the job's own.
 */
export function criticalPathMs({ arm, privateEndpoint, privateZone, networkLink, clickhouse, propagation }: Latencies): number {
  const endpoint = arm + privateEndpoint
  const zone = arm + privateZone
  const admitted = endpoint + 2 * clickhouse + propagation
  const resolvable = Math.max(zone + arm + networkLink, Math.max(zone, endpoint) + arm)
  return Math.max(admitted, resolvable)
}
