import type { ClickHouseCloud } from '../../clickhouse/client.ts'
import { type Checkup, type CheckupResult, fail, ok, skipped } from '../../domain/checkup.ts'
import { TerminalError } from '../../domain/errors.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import { roleOf } from '../services/key-role.ts'

const administrator = (name: string) => `An administrator of the organization ${name} in ClickHouse Cloud:`

/** One organization: whether its key is accepted, and whether it may change anything. */
export function clickhouseCheckup(
  clickhouse: ClickHouseCloud,
  { organizationId, organizationName: name }: OrganizationKey,
): Checkup {
  return {
    group: 'ClickHouse Cloud',
    name: `the API key of ${name}`,
    async run(signal) {
      try {
        await clickhouse.organization(organizationId, signal)
      } catch (error) {
        return [refused(name, error)]
      }
      try {
        return [ofRole(name, roleOf(await clickhouse.ownKey(organizationId, signal)))]
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error
        return [skipped('key-role-unknown', `${name}: the key is accepted; it may not list keys, so its role is not known`)]
      }
    },
  }
}

function refused(name: string, error: unknown): CheckupResult {
  if (!(error instanceof TerminalError)) throw error
  const { code, message, remedy } = error
  return fail(code, `${name}: ${message}`, `${administrator(name)} ${remedy}`)
}

function ofRole(name: string, role: ReturnType<typeof roleOf>): CheckupResult {
  if (role === 'admin') return ok('key-role', `${name}: the key is accepted, and has the Admin role`)
  if (role === 'lesser')
    return fail(
      'key-without-admin',
      `${name}: the API key lacks the Admin role: it can read, and change no allow list.`,
      `${administrator(name)} give the key the Admin role, or make one that has it and set both its variables.`,
    )
  return skipped(
    'key-role-unknown',
    `${name}: the key is accepted; its role cannot be told (a custom role, or several keys with the same ending)`,
  )
}
