import { z } from 'zod'
import type { PrivateZone } from '../world.ts'
import { newEtag } from '../world.ts'
import { checkDnsTags, envelope, parseBody, requireGlobal } from './body.ts'
import { ArmError, badRequest, conflict, resourceNotFound } from './errors.ts'
import type { Reply } from './exchange.ts'
import { dnsAccepted } from './operation-answers.ts'
import { page } from './paging.ts'
import { checkPreconditions } from './preconditions.ts'
import { key, lastSegment } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import { dnsApiVersions } from './router.ts'
import type { Arm } from './state.ts'

const type = 'Microsoft.Network/privateDnsZones'
const schema = z.object({ ...envelope, properties: z.unknown().optional() })

export function privateZoneRoutes(arm: Arm): Route[] {
  const apiVersions = dnsApiVersions
  const everywhere = '/subscriptions/{subscription}/providers/Microsoft.Network/privateDnsZones'
  const grouped = '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/privateDnsZones'
  const template = `${grouped}/{zone}`
  const list = (request: ArmRequest, prefix: string) => {
    const zones = [...arm.world.zones.values()].filter(({ id }) => key(id).startsWith(key(prefix)))
    return page(
      arm,
      request,
      arm.lists.seen(
        request.id,
        zones.map((zone) => zoneBody(arm, zone)),
      ),
    )
  }
  return [
    {
      method: 'GET',
      template: everywhere,
      apiVersions,
      handle: (request) => list(request, `/subscriptions/${request.param('subscription')}/`),
    },
    { method: 'GET', template: grouped, apiVersions, handle: (request) => list(request, `${request.id}/`) },
    { method: 'GET', template, apiVersions, handle: (request) => read(arm, request) },
    { method: 'PUT', template, apiVersions, handle: (request) => put(arm, request) },
    { method: 'DELETE', template, apiVersions, handle: (request) => remove(arm, request) },
  ]
}

function read(arm: Arm, request: ArmRequest): Reply {
  const zone = arm.world.zones.get(key(request.id))
  if (!zone) throw resourceNotFound(type, request.param('zone'), request.param('group'))
  return { status: 200, body: zoneBody(arm, zone) }
}

function put(arm: Arm, request: ArmRequest): Reply {
  const { world } = arm
  const name = request.param('zone')
  checkZoneName(name)
  const { location, tags } = parseBody(schema, request.body)
  requireGlobal(location, type)
  const existing = world.zones.get(key(request.id))
  checkPreconditions(request, { kind: 'Zone', name, etag: existing?.etag })
  refuseWhileBusy(arm, request.id)
  const zone: PrivateZone = existing ?? {
    id: request.id,
    name,
    tags: {},
    etag: '',
    provisioningState: 'Creating',
    records: new Map(),
    links: new Map(),
  }
  if (!existing) arm.lists.created(zone.id)
  zone.tags = checkDnsTags(tags)
  zone.etag = newEtag()
  world.zones.set(key(zone.id), zone)
  world.changed()
  const operation = arm.operations.start({
    resource: zone.id,
    kind: 'write',
    milliseconds: world.latencies.privateZone,
    complete: () => {
      zone.provisioningState = 'Succeeded'
      world.changed()
    },
    result: () => zoneBody(arm, zone),
  })
  return dnsAccepted(arm, request, operation)
}

/** Records go with their zone; links have to go first. */
function remove(arm: Arm, request: ArmRequest): Reply {
  const { world } = arm
  const zone = world.zones.get(key(request.id))
  if (!zone) return { status: 204 }
  checkPreconditions(request, { kind: 'Zone', name: zone.name, etag: zone.etag })
  refuseWhileBusy(arm, zone.id)
  const [link] = zone.links.values()
  const nested = link === undefined ? zone.hiddenChild : `${type}/${zone.name}/virtualNetworkLinks/${link.name}`
  if (nested !== undefined) {
    throw new ArmError(
      409,
      'CannotDeleteResource',
      `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${nested}'. Please delete all nested resources before deleting this resource.`,
    )
  }
  const operation = arm.operations.start({
    resource: zone.id,
    kind: 'delete',
    milliseconds: world.latencies.privateZone,
    complete: () => {
      arm.lists.deleted(zoneBody(arm, zone))
      world.zones.delete(key(zone.id))
      world.changed()
    },
  })
  return dnsAccepted(arm, request, operation)
}

/** @throws ArmError 409 while an operation runs on the zone itself. */
export function refuseWhileBusy(arm: Arm, id: string): void {
  const operation = arm.operations.running(id)
  if (!operation) return
  throw conflict(
    `Another operation (${operation.kind}) is in progress on the resource '${lastSegment(id)}'. Try again after it has ended.`,
  )
}

function zoneBody(arm: Arm, zone: PrivateZone) {
  const { id, name, etag, tags, records, links } = zone
  const operation = arm.operations.running(id)
  const registering = [...links.values()].filter(({ registrationEnabled }) => registrationEnabled).length
  const busyState = operation?.kind === 'delete' ? 'Deleting' : operation ? 'Updating' : 'Succeeded'
  return {
    id,
    name,
    type,
    etag,
    location: 'global',
    tags,
    properties: {
      maxNumberOfRecordSets: 25_000,
      maxNumberOfVirtualNetworkLinks: 1000,
      maxNumberOfVirtualNetworkLinksWithRegistration: 100,
      // The SOA record that every zone is born with counts too.
      numberOfRecordSets: records.size + 1,
      numberOfVirtualNetworkLinks: links.size,
      numberOfVirtualNetworkLinksWithRegistration: registering,
      provisioningState: zone.provisioningState === 'Creating' ? 'Creating' : busyState,
    },
  }
}

/** Two to 34 labels of up to 63 characters. */
function checkZoneName(name: string): void {
  const labels = name.split('.')
  const fine = labels.length >= 2 && labels.length <= 34 && name.length <= 253
  if (fine && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))) return
  throw badRequest(`The zone name '${name}' is not a valid domain name.`)
}
