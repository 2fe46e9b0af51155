import type { Role, World } from '../world.ts'
import { ArmError } from './errors.ts'
import type { Incoming } from './exchange.ts'
import { subnetOf } from './resource-id.ts'
import type { Route } from './router.ts'

/** Role-based access control: which action a call is, whether the caller's roles allow it on its scope, and the endpoint that tells a caller. */

const principal = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'
const who = `The client '${principal}' with object id '${principal}'`

/** @throws ArmError 403 when the caller's roles do not allow the call, or what its body links to. */
export function authorize(world: World, { method, template }: Route, { url, text }: Incoming): void {
  const [, type] = /\/providers\/microsoft\.network\/(.*)$/i.exec(template) ?? []
  if (/microsoft\.authorization\/permissions$/i.test(template)) world.azureActions.add('Microsoft.Authorization/permissions/read')
  if (type === undefined || type.toLowerCase().includes('microsoft.authorization')) return
  const action = actionOf(method, type, url)
  world.azureActions.add(action)
  const place = decodeURIComponent(url.pathname)
  if (!allows(world.roles, action, place)) {
    throw new ArmError(
      403,
      'AuthorizationFailed',
      `${who} does not have authorization to perform action '${action}' over scope '${place}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    )
  }
  if (method !== 'PUT') return
  for (const linked of linkedIn(text)) {
    world.azureActions.add(linked.action)
    if (allows(world.roles, linked.action, linked.scope)) continue
    throw new ArmError(
      403,
      'LinkedAuthorizationFailed',
      `${who} has permission to perform action '${action}' on scope '${place}'; however, it does not have permission to perform action(s) '${linked.action}' on the linked scope(s) '${linked.scope}' (respectively) or the linked scope(s) are invalid.`,
    )
  }
}

/** What the caller may do on a scope: the roles given there or above. */
export function permissionRoutes(world: World): Route[] {
  const tail = 'providers/Microsoft.Authorization/permissions'
  const group = '/subscriptions/{subscription}/resourceGroups/{group}'
  const templates = [
    `${group}/${tail}`,
    `${group}/providers/Microsoft.Network/{type}/{name}/${tail}`,
    `${group}/providers/Microsoft.Network/{parentType}/{parent}/{type}/{name}/${tail}`,
  ]
  return templates.map((template) => ({
    method: 'GET',
    template,
    handle: ({ target }) => {
      const scope = decodeURIComponent(target.split(`/${tail}`)[0] ?? '')
      const value = world.roles
        .filter((role) => covers(role, scope))
        .map(({ actions, notActions }) => ({ actions, notActions, dataActions: [], notDataActions: [] }))
      return { status: 200, body: { value } }
    },
  }))
}

const verbs = { GET: 'read', PUT: 'write', DELETE: 'delete', POST: 'action' } as const

/** `privateDnsZones/{zone}/A/{name}` put is `Microsoft.Network/privateDnsZones/A/write`; names stand at every second place. */
function actionOf(method: Route['method'], template: string, url: URL): string {
  const [, path = ''] = /\/providers\/microsoft\.network\/(.*)$/i.exec(url.pathname) ?? []
  const actual = path.split('/')
  const types = template.split('/').filter((_, index) => index % 2 === 0)
  const spelled = types.map((type, index) => (type.startsWith('{') ? actual[index * 2] : type))
  return `Microsoft.Network/${spelled.join('/')}/${verbs[method]}`
}

/** Ids in a body which need an action of their own, on the resource that they name. */
function linkedIn(text: string): { action: string; scope: string }[] {
  const ids = [...text.matchAll(/"id"\s*:\s*"([^"]+)"/g)].map(([, id = '']) => id)
  return ids.flatMap((scope) => {
    if (subnetOf(scope)) return [{ action: 'Microsoft.Network/virtualNetworks/subnets/join/action', scope }]
    if (/\/virtualNetworks\/[^/]+$/i.test(scope)) return [{ action: 'Microsoft.Network/virtualNetworks/join/action', scope }]
    if (!/\/applicationSecurityGroups\/[^/]+$/i.test(scope)) return []
    return [{ action: 'Microsoft.Network/applicationSecurityGroups/joinIpConfiguration/action', scope }]
  })
}

export function allows(roles: readonly Role[], action: string, scope: string): boolean {
  const matches = (pattern: string): boolean =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 'i').test(action)
  return roles.some((role) => covers(role, scope) && role.actions.some(matches) && !role.notActions.some(matches))
}

function covers({ scope }: Role, place: string): boolean {
  const [above, below] = [scope.toLowerCase(), place.toLowerCase()]
  return above === '/' || below === above || below.startsWith(`${above}/`)
}
