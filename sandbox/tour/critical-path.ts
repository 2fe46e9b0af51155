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

/**
 * The same for the reuse of an endpoint: what has to be seen before the write (the list of endpoints, the endpoint, its network interface, beside the lists of
 * ClickHouse Cloud), the write, and a look at what came of it.
 */
export function reusePathMs({ arm, clickhouse }: Latencies): number {
  const seen = Math.max(3 * arm, clickhouse)
  return seen + clickhouse + clickhouse
}
