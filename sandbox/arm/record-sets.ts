import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'
import type { PrivateZone, RecordSet } from '../world.ts'
import { newEtag } from '../world.ts'
import { ArmError, parentNotFound } from './errors.ts'
import type { Reply } from './exchange.ts'
import { page } from './paging.ts'
import { checkPreconditions } from './preconditions.ts'
import { refuseWhileBusy } from './private-zones.ts'
import type { RecordSetBody } from './record-set-body.ts'
import { recordSetBody, soaBody } from './record-set-body.ts'
import { key } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import { dnsApiVersions } from './router.ts'
import type { Arm } from './state.ts'

const types = ['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'SOA', 'SRV', 'TXT']

const schema = z.object({
  etag: z.string().optional(),
  properties: z.object({
    ttl: z.int().min(1).max(2_147_483_647),
    metadata: z.record(z.string(), z.string()).nullish(),
    aRecords: z
      .array(z.object({ ipv4Address: z.string().refine(isIPv4, 'is no IPv4 address') }))
      .max(20)
      .nullish(),
    aaaaRecords: z
      .array(z.object({ ipv6Address: z.string().refine(isIPv6, 'is no IPv6 address') }))
      .max(20)
      .nullish(),
  }),
})

/** Address records can be written; the other types exist, but have no records here besides the zone's own SOA. All of it is synchronous. */
export function recordSetRoutes(arm: Arm): Route[] {
  const apiVersions = dnsApiVersions
  const zone = '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/privateDnsZones/{zone}'
  const template = `${zone}/{type}/{record}`
  return [
    { method: 'GET', template: `${zone}/{type}`, apiVersions, handle: (request) => list(arm, request) },
    { method: 'GET', template, apiVersions, handle: (request) => read(arm, request) },
    { method: 'PUT', template, apiVersions, handle: (request) => put(arm, request) },
    { method: 'DELETE', template, apiVersions, handle: (request) => remove(arm, request) },
  ]
}

function list(arm: Arm, request: ArmRequest): Reply {
  const wanted = request.param('type').toUpperCase()
  const zone = zoneOf(arm, request)
  if (wanted !== 'ALL') checkType(wanted)
  const suffix = key(request.query.get('$recordsetnamesuffix') ?? '')
  const sets: RecordSetBody[] = [soaBody(zone), ...[...zone.records.values()].map((record) => recordSetBody(zone, record))]
  const shown = sets.filter(({ type, name }) => (wanted === 'ALL' || type.endsWith(`/${wanted}`)) && name.endsWith(suffix))
  return page(arm, request, shown)
}

function read(arm: Arm, request: ArmRequest): Reply {
  const { zone, type, name } = target(arm, request)
  if (type === 'SOA' && name === '@') return { status: 200, body: soaBody(zone) }
  const record = zone.records.get(key(`${type}/${name}`))
  if (record) return { status: 200, body: recordSetBody(zone, record) }
  const [group, subscription] = [request.param('group'), request.param('subscription')]
  throw bare(
    404,
    'NotFound',
    `The resource record '${name}' does not exist in resource group '${group}' of subscription '${subscription}'.`,
  )
}

function put(arm: Arm, request: ArmRequest): Reply {
  const { zone, type, name } = target(arm, request)
  if (type !== 'A' && type !== 'AAAA')
    throw bare(400, 'BadRequest', `Record sets of type '${type}' cannot be written in this sandbox.`)
  checkRecordName(name)
  const parsed = schema.safeParse(request.body)
  if (!parsed.success) {
    const why = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    throw bare(400, 'BadRequest', `The record set '${name}' of type '${type}' is invalid: ${why}.`)
  }
  const { ttl, metadata, aRecords, aaaaRecords } = parsed.data.properties
  if (type === 'A' ? aaaaRecords : aRecords)
    throw bare(400, 'BadRequest', `A record set of type '${type}' takes no other records.`)
  const addresses = [...(aRecords ?? []).map((each) => each.ipv4Address), ...(aaaaRecords ?? []).map((each) => each.ipv6Address)]
  if (new Set(addresses).size < addresses.length) {
    const field = type === 'A' ? 'ipv4Address' : 'ipv6Address'
    throw bare(
      400,
      'BadRequest',
      `The list of record sets of type '${type}' may not contain multiple entries with the same '${field}'.`,
    )
  }
  const existing = zone.records.get(key(`${type}/${name}`))
  checkPreconditions(request, { kind: 'record set', name, etag: existing?.etag, bare: true })
  refuseWhileBusy(arm, zone.id)
  const record: RecordSet = { type, name, ttl, addresses, metadata: metadata ?? {}, etag: newEtag() }
  zone.records.set(key(`${type}/${name}`), record)
  arm.world.changed()
  return { status: existing ? 200 : 201, body: recordSetBody(zone, record) }
}

function remove(arm: Arm, request: ArmRequest): Reply {
  const { zone, type, name } = target(arm, request)
  if (type === 'SOA') throw bare(400, 'BadRequest', 'The SOA record set of a zone cannot be deleted.')
  const existing = zone.records.get(key(`${type}/${name}`))
  if (!existing) return { status: 204 }
  checkPreconditions(request, { kind: 'record set', name, etag: existing.etag, bare: true })
  refuseWhileBusy(arm, zone.id)
  zone.records.delete(key(`${type}/${name}`))
  arm.world.changed()
  return { status: 200 }
}

function target(arm: Arm, request: ArmRequest): { zone: PrivateZone; type: string; name: string } {
  const type = request.param('type').toUpperCase()
  checkType(type)
  return { zone: zoneOf(arm, request), type, name: request.param('record').toLowerCase() }
}

function zoneOf({ world }: Arm, request: ArmRequest): PrivateZone {
  const [subscription, group, name] = [request.param('subscription'), request.param('group'), request.param('zone')]
  const zone = world.zones.get(
    key(`/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/${name}`),
  )
  if (!zone) throw parentNotFound(name)
  return zone
}

function checkType(type: string): void {
  if (types.includes(type)) return
  throw new ArmError(
    404,
    'InvalidResourceType',
    `The resource type 'privateDnsZones/${type}' could not be found in the namespace 'Microsoft.Network'.`,
  )
}

/** `@` is the zone itself; a wildcard is the whole first label. */
function checkRecordName(name: string): void {
  const labels = name.split('.')
  const fine = labels.every(
    (label, index) => (label === '*' && index === 0) || /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label),
  )
  if (name !== '@' && !fine) throw bare(400, 'BadRequest', `The relative record set name '${name}' is invalid.`)
}

function bare(status: number, code: string, message: string): ArmError {
  return new ArmError(status, code, message, { bare: true })
}
