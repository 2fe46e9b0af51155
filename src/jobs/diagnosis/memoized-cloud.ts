import type { ClickHouseCloud } from '../../clickhouse/client.ts'

/**
 * A client that reads each organization and each service only once, for a report on several networks. `signal` ends the calls; the callers' own signals are
 * ignored, because a call may serve several callers.
 */
export function memoizedCloud(clickhouse: ClickHouseCloud, signal: AbortSignal): ClickHouseCloud {
  const memoized = <Value>(read: (...ids: string[]) => Promise<Value>) => {
    const known = new Map<string, Promise<Value>>()
    return (...ids: string[]): Promise<Value> => {
      const key = ids.join(' ')
      const answer = known.get(key) ?? read(...ids)
      known.set(key, answer)
      return answer
    }
  }
  const organization = memoized((id = '') => clickhouse.organization(id, signal))
  const service = memoized((organizationId = '', id = '') => clickhouse.service(organizationId, id, signal))
  return {
    ...clickhouse,
    organization: (organizationId) => organization(organizationId),
    service: (organizationId, serviceId) => service(organizationId, serviceId),
  }
}

/** Reads what is stored only once, for a report on several networks: a survey of a large estate takes a megabyte. After a failure it is read again. */
export function readOnce<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let known: Promise<Value> | undefined
  return () => {
    known ??= read().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}
