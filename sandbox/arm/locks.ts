import type { World } from '../world.ts'
import { ArmError } from './errors.ts'
import type { Incoming } from './exchange.ts'

/**
 * A lock holds for its scope and everything below; what holds something locked cannot be deleted either. Source: "Lock your Azure resources", Microsoft Learn.
 * @throws ArmError 409 `ScopeLocked`
 */
export function refuseLocked({ locks }: World, { method, url }: Pick<Incoming, 'method' | 'url'>): void {
  const place = decodeURIComponent(url.pathname)
  const held = locks.filter(({ scope, level }) => {
    if (method === 'DELETE') return isWithin(place, scope) || isWithin(scope, place)
    return method === 'PUT' && level === 'ReadOnly' && isWithin(place, scope)
  })
  if (held.length === 0) return
  const scopes = held.map(({ scope }) => `'${scope}'`).join(', ')
  throw new ArmError(
    409,
    'ScopeLocked',
    `The scope '${place}' cannot perform ${method === 'PUT' ? 'write' : 'delete'} operation because following scope(s) are locked: ${scopes}. Please remove the lock and try again.`,
  )
}

function isWithin(place: string, scope: string): boolean {
  return `${place.toLowerCase()}/`.startsWith(`${scope.toLowerCase()}/`)
}
