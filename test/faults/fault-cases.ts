import { createAuthority } from '../../sandbox/certificates.ts'
import { connectionCases } from './connection-cases.ts'
import { dnsCases } from './dns-cases.ts'
import type { FaultCase } from './fault-case.ts'
import type { FaultWorld } from './fault-world.ts'
import { deafPort, ok, serveHttp, serveTls } from './impostors.ts'

export type { FaultCase } from './fault-case.ts'

/** What the clouds show, and several causes at once. */
const cloudCases: readonly FaultCase[] = [
  { codes: ['healthy'], what: 'nothing', break: () => undefined },
  {
    codes: ['endpoint-pending'],
    what: 'Pending',
    break: ({ endpoint, service, world }) => {
      endpoint.connection = 'Pending'
      service.privateEndpointIds = []
      world.changed()
    },
  },
  {
    codes: ['endpoint-rejected'],
    what: 'Rejected',
    break: ({ endpoint, world }) => {
      endpoint.connection = 'Rejected'
      world.changed()
    },
  },
  {
    codes: ['endpoint-disconnected'],
    what: 'Disconnected',
    break: ({ endpoint, world }) => {
      endpoint.connection = 'Disconnected'
      world.changed()
    },
  },
  {
    codes: ['endpoint-disconnected'],
    what: 'gone',
    break: ({ world }) => {
      world.endpoints.clear()
      world.changed()
    },
  },
  {
    codes: ['endpoint-disconnected'],
    what: 'not known here, and all works by another',
    async break(world) {
      world.world.endpoints.clear()
      world.world.changed()
      await serveHttp(world, ok)
    },
  },
  {
    codes: ['endpoint-other-service'],
    what: 'of another alias',
    break: ({ endpoint, world }) => {
      Object.assign(endpoint, { alias: 'other.westus3.azure.privatelinkservice' })
      world.changed()
    },
  },
  {
    codes: ['allow-list-missing'],
    what: 'an empty list',
    break: ({ service }) => {
      service.privateEndpointIds = []
    },
  },
  {
    codes: ['allow-list-missing'],
    what: 'an empty list, and a reset at once',
    async break({ service, serve }) {
      service.privateEndpointIds = []
      await serve((socket) => socket.resetAndDestroy())
    },
  },
  {
    codes: ['organization-entry-missing', 'allow-list-missing'],
    what: 'neither list has it',
    break: ({ world, service }) => {
      service.privateEndpointIds = []
      for (const organization of world.organizations) organization.privateEndpoints = []
    },
  },
  {
    codes: ['allow-list-wrong-id'],
    what: 'an old GUID',
    break: ({ service }) => {
      service.privateEndpointIds = ['77777777-0000-4000-8000-000000000002']
    },
  },
  {
    codes: ['allow-list-wrong-id'],
    what: 'the GUID of an endpoint that is gone, which the organization still knows',
    break: ({ world, service, surveyed }) => {
      const gone = { id: '77777777-0000-4000-8000-000000000002', description: '', cloudProvider: 'azure', region: 'westus3' }
      world.organizations[0]?.privateEndpoints.push(gone)
      service.privateEndpointIds = [gone.id]
      surveyed()
    },
  },
  {
    codes: ['organization-entry-missing'],
    what: 'only the service lists it',
    async break({ world, serve }) {
      for (const organization of world.organizations) organization.privateEndpoints = []
      await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
    },
  },
  {
    codes: ['allow-list-not-effective'],
    what: 'listed, and refused',
    remedy: /requestId [0-9a-f-]{36}, which shows it listed/,
    async break({ serve }) {
      await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
    },
  },
  {
    codes: ['service-idle'],
    what: 'asleep, and let sleep',
    break: ({ service, world }) => {
      service.state = 'idle'
      world.changed()
    },
  },
  {
    codes: ['healthy'],
    what: 'asleep, and woken',
    wake: true,
    break: ({ service, world }) => {
      service.state = 'idle'
      world.changed()
    },
  },
  {
    codes: ['service-stopped'],
    what: 'stopped',
    break: ({ service, world }) => {
      service.state = 'stopped'
      world.changed()
    },
  },
  {
    codes: ['control-plane-unknown'],
    what: 'a state that nobody knows',
    async break(world) {
      world.service.state = 'migrating'
      await serveHttp(world, ok)
    },
  },
  {
    codes: ['control-plane-unknown'],
    what: 'Azure refuses',
    break: ({ world }) => {
      world.gate = async ({ vendor }, phase) =>
        vendor === 'arm' && phase === 'arrived'
          ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } }
          : undefined
    },
  },
  {
    codes: ['control-plane-unknown'],
    what: 'ClickHouse Cloud hangs',
    break: ({ world }) => {
      world.gate = ({ vendor }, phase) =>
        vendor === 'clickhouse' && phase === 'arrived' ? new Promise(() => undefined) : Promise.resolve(undefined)
    },
  },
  {
    codes: ['allow-list-missing', 'control-plane-unknown'],
    what: 'the zone may not be read, and the endpoint is not listed',
    break: ({ world, service }) => {
      service.privateEndpointIds = []
      world.changed()
      refusing(world, 'arm', '/privateDnsZones')
    },
  },
  {
    codes: ['service-stopped', 'control-plane-unknown', 'worker-absent'],
    what: 'Azure refuses altogether, nobody looks from inside, and the service is stopped',
    break: ({ world, service, withoutWorker }) => {
      service.state = 'stopped'
      refusing(world, 'arm', '/')
      withoutWorker()
    },
  },
  {
    codes: ['endpoint-rejected', 'control-plane-unknown', 'worker-absent'],
    what: 'ClickHouse Cloud refuses, nobody looks from inside, and the connection is rejected',
    break: ({ world, endpoint, withoutWorker }) => {
      endpoint.connection = 'Rejected'
      refusing(world, 'clickhouse', '/')
      withoutWorker()
    },
  },
  {
    codes: ['allow-list-missing', 'control-plane-unknown'],
    what: 'ClickHouse Cloud refuses, and the endpoint is not listed: what remains is told',
    break: ({ world, service }) => {
      service.privateEndpointIds = []
      world.changed()
      refusing(world, 'clickhouse', '/')
    },
  },
  { codes: ['worker-absent'], what: 'no worker', break: ({ withoutWorker }) => withoutWorker() },
  {
    codes: ['dns-zone-not-linked', 'allow-list-missing'],
    what: 'no link, and an empty list besides',
    break: ({ link, service }) => {
      link(false)
      service.privateEndpointIds = []
    },
  },
  {
    codes: ['dns-zone-not-linked', 'dns-record-stale'],
    what: 'no link, and a record that leads elsewhere besides',
    break: ({ link, setRecord, foreign }) => {
      link(false)
      setRecord('A', '*', foreign)
    },
  },
  {
    codes: ['network-blocked', 'allow-list-missing'],
    what: 'both ports deaf, and an empty list besides',
    async break(world) {
      world.service.privateEndpointIds = []
      await deafPort(world, 8443)
      await deafPort(world, 9440)
    },
  },
  {
    codes: ['dns-server-failing', 'network-blocked'],
    what: 'a dead resolver, and both ports of the endpoint deaf',
    async break(world) {
      world.resolver(await world.dns('silence'))
      await deafPort(world, 8443)
      await deafPort(world, 9440)
    },
  },
  {
    codes: ['dns-server-failing', 'tls-intercepted'],
    what: 'a dead resolver, and a proxy at the endpoint',
    async break(world) {
      world.resolver(await world.dns('silence'))
      await serveTls(world, await (await createAuthority('Corp CA')).issue({ names: [world.host] }))
    },
  },
  {
    codes: ['dns-record-stale', 'allow-list-missing'],
    what: 'two causes at once',
    break: ({ setRecord, foreign, service }) => {
      setRecord('A', '*', foreign)
      service.privateEndpointIds = []
    },
  },
]

/** Every fault of the table that can be made on one machine. */
export const faultCases: readonly FaultCase[] = [...cloudCases, ...dnsCases, ...connectionCases]

/** The vendor refuses calls whose path holds these characters. */
function refusing(world: FaultWorld['world'], refuser: 'arm' | 'clickhouse', path: string): void {
  world.gate = async (call, phase) =>
    call.vendor === refuser && phase === 'arrived' && call.path.includes(path)
      ? { status: 403, body: { status: 403, error: { code: 'AuthorizationFailed', message: 'no' } } }
      : undefined
}
