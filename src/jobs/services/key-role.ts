import type { ClickHouseCloud } from '../../clickhouse/client.ts'
import type { WireKey } from '../../clickhouse/wire.ts'

/**
 * Whether the API key of an organization is known to lack the Admin role, which changes of the organization and its services need. False for a key with a
 * custom role, whose permissions are not listed, and for one that cannot be told from other keys.
 */
export async function lacksAdmin(
  organizationId: string,
  clickhouse: Pick<ClickHouseCloud, 'ownKey'>,
  signal: AbortSignal,
): Promise<boolean> {
  const key = await clickhouse.ownKey(organizationId, signal)
  return key !== undefined && isBelowAdmin(key)
}

function isBelowAdmin({ roles, assignedRoles }: WireKey): boolean {
  if (assignedRoles.length > 0)
    return assignedRoles.every(({ roleName, roleType }) => roleType === 'system' && !/admin/i.test(roleName))
  return roles.length > 0 && !roles.includes('admin')
}
