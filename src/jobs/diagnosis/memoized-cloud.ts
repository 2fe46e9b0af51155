import type { ClickHouseCloud } from '../../clickhouse/client.ts'

/** What of ClickHouse Cloud is the same from every network: one report asks once for it. `signal` ends the calls; that of each caller does not. */
export function askedOnce(clickhouse: ClickHouseCloud, signal: AbortSignal): ClickHouseCloud {
  const once = <Value>(read: (...ids: string[]) => Promise<Value>) => {
    const known = new Map<string, Promise<Value>>()
    return (...ids: string[]): Promise<Value> => {
      const key = ids.join(' ')
      const asked = known.get(key) ?? read(...ids)
      known.set(key, asked)
      return asked
    }
  }
  const organization = once((id = '') => clickhouse.organization(id, signal))
  const service = once((organizationId = '', id = '') => clickhouse.service(organizationId, id, signal))
  return {
    ...clickhouse,
    organization: (organizationId) => organization(organizationId),
    service: (organizationId, serviceId) => service(organizationId, serviceId),
  }
}
