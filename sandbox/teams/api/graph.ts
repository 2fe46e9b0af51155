import type { JsonObject } from '../json.ts'
import type { Backend } from './backend.ts'
import { ConnectorError } from './connector-error.ts'

/** Of Microsoft Graph what tells who is in a group. */

const pageSize = 2

export function checkMemberGroups({ directory }: Backend, user: string, { groupIds }: JsonObject): JsonObject {
  const known = directory.user(user)
  if (known === undefined) throw new ConnectorError(404, 'Request_ResourceNotFound', `Resource '${user}' does not exist.`)
  if (!Array.isArray(groupIds) || groupIds.length > 20)
    throw new ConnectorError(400, 'Request_BadRequest', 'groupIds takes up to 20 ids')
  const groups = directory.tenant.groups ?? {}
  return { value: groupIds.filter((id) => groups[String(id)]?.includes(known.objectId)) }
}

/** `accountEnabled` is told only to an app with `User.Read.All`. */
export function user({ directory }: Backend, id: string): JsonObject {
  const known = directory.user(id)
  if (known === undefined) throw new ConnectorError(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist.`)
  return { id, accountEnabled: directory.tenant.disabled?.has(known.name) !== true }
}

/** In pages, each with the address of the next. */
export function transitiveMembers({ directory, origin }: Backend, group: string, query: URLSearchParams): JsonObject {
  const ids = directory.tenant.groups?.[group]
  if (ids === undefined) throw new ConnectorError(404, 'Request_ResourceNotFound', `Resource '${group}' does not exist.`)
  const from = Number(query.get('$skiptoken') ?? 0)
  const value = ids.slice(from, from + pageSize).map((id) => ({ id, displayName: directory.nameOf(id) }))
  const next = `${origin()}/graph/v1.0/groups/${group}/transitiveMembers/microsoft.graph.user?$skiptoken=${from + pageSize}`
  return { value, ...(from + pageSize < ids.length && { '@odata.nextLink': next }) }
}
