import type { ClickHouseCloud } from '../../clickhouse/client.ts'
import type { WireKey } from '../../clickhouse/wire.ts'

/** Whether an API key may change an organization and its services; `unknown` for a custom role, whose permissions are not listed, and for no key at all. */
export function roleOf(key: WireKey | undefined): 'admin' | 'lesser' | 'unknown' {
  if (key === undefined) return 'unknown'
  const { roles, assignedRoles } = key
  if (assignedRoles.length > 0) {
    if (assignedRoles.some(({ roleName, roleType }) => roleType === 'system' && /admin/i.test(roleName))) return 'admin'
    return assignedRoles.every(({ roleType }) => roleType === 'system') ? 'lesser' : 'unknown'
  }
  if (roles.length === 0) return 'unknown'
  return roles.includes('admin') ? 'admin' : 'lesser'
}

/**
 * Whether the API key of an organization is known to lack the Admin role, which changes of the organization and its services need. False for a key with a
 * custom role, whose permissions are not listed, and for one that cannot be told from other keys.
 */
export async function lacksAdmin(
  organizationId: string,
  clickhouse: Pick<ClickHouseCloud, 'ownKey'>,
  signal: AbortSignal,
): Promise<boolean> {
  return roleOf(await clickhouse.ownKey(organizationId, signal)) === 'lesser'
}
