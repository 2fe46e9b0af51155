import { z } from 'zod'
import type { NetworkLink, PrivateZone } from '../world.ts'
import { newEtag } from '../world.ts'
import { checkDnsTags, checkName, envelope, parseBody, reference, requireGlobal } from './body.ts'
import { badRequest, conflict, parentNotFound, resourceNotFound } from './errors.ts'
import type { Reply } from './exchange.ts'
import { dnsAccepted } from './operation-answers.ts'
import { page } from './paging.ts'
import { checkPreconditions } from './preconditions.ts'
import { refuseWhileBusy } from './private-zones.ts'
import { key, sameId } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import { dnsApiVersions } from './router.ts'
import type { Arm } from './state.ts'

const type = 'Microsoft.Network/privateDnsZones/virtualNetworkLinks'

const schema = z.object({
  ...envelope,
  properties: z.object({
    virtualNetwork: reference,
    registrationEnabled: z.boolean().default(false),
    resolutionPolicy: z.enum(['Default', 'NxDomainRedirect']).nullish(),
  }),
})

export function networkLinkRoutes(arm: Arm): Route[] {
  const apiVersions = dnsApiVersions
  const all =
    '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/privateDnsZones/{zone}/virtualNetworkLinks'
  const template = `${all}/{link}`
  return [
    { method: 'GET', template: all, apiVersions, handle: (request) => list(arm, request) },
    { method: 'GET', template, apiVersions, handle: (request) => read(arm, request) },
    { method: 'PUT', template, apiVersions, handle: (request) => put(arm, request) },
    { method: 'DELETE', template, apiVersions, handle: (request) => remove(arm, request) },
  ]
}

function zoneOf({ world }: Arm, { id }: ArmRequest): PrivateZone | undefined {
  return world.zones.get(key(id.split('/virtualNetworkLinks')[0] ?? ''))
}

function list(arm: Arm, request: ArmRequest): Reply {
  const zone = zoneOf(arm, request)
  if (!zone) throw parentNotFound(request.param('zone'))
  return page(
    arm,
    request,
    arm.lists.seen(
      request.id,
      [...zone.links.values()].map((link) => linkBody(arm, link)),
    ),
  )
}

function read(arm: Arm, request: ArmRequest): Reply {
  const link = zoneOf(arm, request)?.links.get(key(request.param('link')))
  if (link) return { status: 200, body: linkBody(arm, link) }
  throw resourceNotFound(type, `${request.param('zone')}/${request.param('link')}`, request.param('group'))
}

/**
 * The operation succeeds once the link is accepted; that the network resolves through it (`virtualNetworkLinkState: Completed`) comes later, so
 * a caller who waits for the operation alone is too early.
 */
function put(arm: Arm, request: ArmRequest): Reply {
  const { world } = arm
  const name = request.param('link')
  const zone = zoneOf(arm, request)
  if (!zone) throw parentNotFound(request.param('zone'))
  checkName(name, { min: 1, max: 80 })
  const { location, tags, properties } = parseBody(schema, request.body)
  requireGlobal(location, type)
  const existing = zone.links.get(key(name))
  checkPreconditions(request, { kind: 'Virtual Network Link', name, etag: existing?.etag })
  refuseWhileBusy(arm, zone.id)
  refuseWhileBusy(arm, request.id)
  checkNetwork(arm, zone, existing, properties.virtualNetwork.id)
  const link: NetworkLink = existing ?? {
    id: `${zone.id}/virtualNetworkLinks/${name}`,
    name,
    virtualNetworkId: properties.virtualNetwork.id,
    registrationEnabled: false,
    tags: {},
    etag: '',
    state: 'InProgress',
  }
  if (!existing) arm.lists.created(link.id)
  link.registrationEnabled = properties.registrationEnabled
  link.tags = checkDnsTags(tags)
  link.etag = newEtag()
  zone.links.set(key(name), link)
  world.changed()
  const complete = () => {
    link.state = 'Completed'
    world.changed()
  }
  if (!existing) arm.timers.after(world.latencies.networkLink, complete)
  const operation = arm.operations.start({
    resource: link.id,
    kind: 'write',
    milliseconds: world.latencies.networkLink / 2,
    complete: () => {},
    result: () => linkBody(arm, link),
  })
  return dnsAccepted(arm, request, operation)
}

function remove(arm: Arm, request: ArmRequest): Reply {
  const { world } = arm
  const zone = zoneOf(arm, request)
  const link = zone?.links.get(key(request.param('link')))
  if (!zone || !link) return { status: 204 }
  checkPreconditions(request, { kind: 'Virtual Network Link', name: link.name, etag: link.etag })
  refuseWhileBusy(arm, link.id)
  const operation = arm.operations.start({
    resource: link.id,
    kind: 'delete',
    milliseconds: world.latencies.networkLink,
    complete: () => {
      arm.lists.deleted(linkBody(arm, link))
      zone.links.delete(key(link.name))
      world.changed()
    },
  })
  return dnsAccepted(arm, request, operation)
}

/** A network resolves a name through one zone, wherever that zone lives: also one in somebody else's resource group or subscription. */
function checkNetwork({ world }: Arm, zone: PrivateZone, existing: NetworkLink | undefined, networkId: string): void {
  if (existing && !sameId(existing.virtualNetworkId, networkId)) {
    throw badRequest(`The virtual network of the link '${existing.name}' cannot be changed.`)
  }
  if (existing) return
  if (!world.networks.has(key(networkId))) throw badRequest(`The virtual network '${networkId}' does not exist.`)
  for (const other of world.zones.values()) {
    const linked = [...other.links.values()].find(({ virtualNetworkId }) => sameId(virtualNetworkId, networkId))
    if (!linked || key(other.name) !== key(zone.name)) continue
    if (other === zone)
      throw conflict(`The virtual network '${networkId}' is linked to the zone already, by the link '${linked.name}'.`)
    throw badRequest(
      `A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual network with '${zone.name}' and '${other.name}' zones.`,
    )
  }
}

function linkBody(arm: Arm, link: NetworkLink) {
  const operation = arm.operations.running(link.id)
  const provisioningState = operation?.kind === 'delete' ? 'Deleting' : operation ? 'Updating' : 'Succeeded'
  return {
    id: link.id,
    name: link.name,
    type,
    etag: link.etag,
    location: 'global',
    tags: link.tags,
    properties: {
      provisioningState,
      registrationEnabled: link.registrationEnabled,
      resolutionPolicy: 'Default',
      virtualNetwork: { id: link.virtualNetworkId },
      virtualNetworkLinkState: link.state,
    },
  }
}
