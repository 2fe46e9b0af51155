import type { PrivateEndpoint } from '../../world.ts'
import { type Fault, fault, type Site, type Undo } from './fault.ts'

/** The endpoint, the lists of ClickHouse Cloud, and the service itself. */

const oldId = '77777777-0000-4000-8000-000000000002'

export const listFaults: readonly Fault[] = [
  fault(
    'allow-list-missing',
    'Off the allow list',
    'Somebody cleaned up the list of the service and took the endpoint off it.',
    (site) => withList(site, []),
  ),
  fault(
    'allow-list-wrong-id',
    'Wrong id on the allow list',
    'The id was copied from an endpoint that no longer exists.',
    (site) => withList(site, [oldId]),
  ),
  fault(
    'organization-entry-missing',
    'Organization forgot the endpoint',
    'The entry of the organization was removed, and with it the one of the service.',
    ({ house: { sandbox }, service, endpoint }) => {
      const [organization] = sandbox.world.organizations
      const before = organization?.privateEndpoints ?? []
      const list = service.privateEndpointIds
      if (organization !== undefined) organization.privateEndpoints = []
      service.privateEndpointIds = []
      sandbox.world.changed()
      return () => {
        if (organization?.privateEndpoints.length === 0) organization.privateEndpoints = before
        if (!sandbox.world.admits(service, endpoint)) service.privateEndpointIds = list
        sandbox.world.changed()
      }
    },
  ),
  connection('Rejected', 'endpoint-rejected', 'Endpoint rejected', 'The owner of the other side refused the connection.'),
  connection('Disconnected', 'endpoint-disconnected', 'Endpoint disconnected', 'The other side removed the connection.'),
  fault(
    'endpoint-pending',
    'Endpoint pending',
    'A new connection that nobody has approved yet, and that is on no list.',
    ({ house: { sandbox }, service, endpoint }) => {
      const list = service.privateEndpointIds
      service.privateEndpointIds = []
      endpoint.connection = 'Pending'
      sandbox.world.changed()
      return () => {
        if (!sandbox.world.admits(service, endpoint)) service.privateEndpointIds = list
        sandbox.world.approveAdmitted()
      }
    },
  ),
  fault(
    'endpoint-other-service',
    'Endpoint of another service',
    'The endpoint was made with the alias of another region’s service.',
    ({ house: { sandbox }, endpoint }) => {
      const { alias } = endpoint
      Object.assign(endpoint, { alias: 'other.westus3.azure.privatelinkservice' })
      sandbox.world.changed()
      return () => {
        Object.assign(endpoint, { alias })
        sandbox.world.changed()
      }
    },
  ),
  {
    ...state('idle', 'Service asleep', 'Nobody asked it anything for a while: the first connection waits until it has woken.'),
    key: 'service-idle',
  },
  {
    ...state('stopped', 'Service stopped', 'Somebody stopped it to save money.'),
    key: 'service-stopped',
    code: 'service-stopped',
  },
]

function withList({ house: { sandbox }, service, endpoint }: Site, list: string[]): Undo {
  const before = service.privateEndpointIds
  service.privateEndpointIds = list
  sandbox.world.changed()
  return () => {
    if (!sandbox.world.admits(service, endpoint)) service.privateEndpointIds = before
    sandbox.world.changed()
  }
}

function connection(now: PrivateEndpoint['connection'], code: string, title: string, field: string): Fault {
  return fault(code, title, field, ({ house: { sandbox }, endpoint }) => {
    endpoint.connection = now
    sandbox.world.changed()
    return () => {
      if (endpoint.connection === now) endpoint.connection = 'Approved'
      sandbox.world.changed()
    }
  })
}

function state(now: string, title: string, field: string): Omit<Fault, 'key' | 'code'> {
  return {
    title,
    field,
    needsConnection: true,
    breaks({ house: { sandbox }, service }) {
      service.state = now
      sandbox.world.changed()
      return () => {
        if (service.state === now) service.state = 'running'
        sandbox.world.changed()
      }
    },
  }
}
