import { listActivities } from './activities.ts'
import { badRequest } from './envelope.ts'
import { getOrganization, listKeys, listOrganizations, patchOrganization } from './organizations.ts'
import type { Route } from './route.ts'
import { createPrivateEndpoint, getPrivateEndpointConfig, getService, listServices, patchService } from './services.ts'

const organization = '/organizations/{organizationId}'
const service = `${organization}/services/{serviceId}`

/** What is simulated of the vendor's API; everything else is answered 404. */
const routes: readonly Route[] = [
  { method: 'GET', path: '/organizations', role: 'developer', answer: listOrganizations },
  { method: 'GET', path: organization, role: 'developer', answer: getOrganization },
  { method: 'PATCH', path: organization, role: 'admin', answer: patchOrganization },
  { method: 'GET', path: `${organization}/activities`, role: 'developer', answer: listActivities },
  { method: 'GET', path: `${organization}/keys`, role: 'developer', answer: listKeys },
  { method: 'GET', path: `${organization}/services`, role: 'developer', answer: listServices },
  { method: 'GET', path: service, role: 'developer', answer: getService },
  { method: 'PATCH', path: service, role: 'admin', answer: patchService },
  { method: 'GET', path: `${service}/privateEndpointConfig`, role: 'developer', answer: getPrivateEndpointConfig },
  { method: 'POST', path: `${service}/privateEndpoint`, role: 'admin', answer: createPrivateEndpoint },
]

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** @throws ApiError 400 when the route exists and a parameter is not a UUID */
export function findRoute(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  const actual = path.split('/')
  for (const route of routes) {
    const expected = route.path.split('/')
    if (route.method !== method || expected.length !== actual.length) continue
    const params: Record<string, string> = {}
    const matches = expected.every((segment, index) => {
      const value = actual[index] ?? ''
      if (!segment.startsWith('{')) return segment === value
      params[segment.slice(1, -1)] = value
      return true
    })
    if (!matches) continue
    for (const [name, value] of Object.entries(params)) {
      if (!uuid.test(value)) throw badRequest(`request path.${name} is not a valid UUID`)
    }
    return { route, params }
  }
  return undefined
}
