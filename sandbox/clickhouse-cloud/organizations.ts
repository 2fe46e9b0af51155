import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Organization } from '../world.ts'
import { parseBody, refuseUnsimulated } from './body.ts'
import { badRequest } from './envelope.ts'
import { presentOrganization } from './presenters.ts'
import { regions } from './regions.ts'
import type { ApiRequest } from './route.ts'

type Entry = Organization['privateEndpoints'][number]

const entrySchema = z
  .strictObject({
    id: z.string().min(1),
    description: z.string().optional(),
    cloudProvider: z.enum(['gcp', 'aws', 'azure']),
    region: z.enum([...regions.aws, ...regions.gcp, ...regions.azure]),
  })
  .refine(({ cloudProvider, region }) => (regions[cloudProvider] as readonly string[]).includes(region), {
    path: ['region'],
    message: 'is not a region of this cloudProvider',
  })

const patchSchema = z.strictObject({
  name: z.string().optional(),
  enableCoreDumps: z.boolean().optional(),
  privateEndpoints: z.strictObject({ add: z.array(entrySchema).optional(), remove: z.array(entrySchema).optional() }).optional(),
})

/** A key sees its own organization and no other. */
export function listOrganizations({ caller }: ApiRequest) {
  return [presentOrganization(caller.organization)]
}

export function getOrganization({ caller }: ApiRequest) {
  return presentOrganization(caller.organization)
}

/** Without what only the vendor knows of a key; the suffix is of its id. */
export function listKeys({ caller }: ApiRequest) {
  return caller.organization.keys.map(({ id, role, ipAccessList = [] }) => ({
    id: uuidOf(id),
    name: id,
    state: 'enabled',
    roles: [role],
    assignedRoles: [],
    keySuffix: id.slice(-4),
    createdAt: '2026-01-01T00:00:00Z',
    ipAccessList: ipAccessList.map((source) => ({ source, description: '' })),
  }))
}

/** The list names keys by an id of another kind than the one that they sign in with. */
function uuidOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** All or nothing: the new list is built beside the old one, removals first. */
export function patchOrganization({ caller, cloud, body }: ApiRequest) {
  const patch = parseBody(patchSchema, body)
  refuseUnsimulated(patch, ['privateEndpoints'])
  const { organization } = caller
  const entries = [...organization.privateEndpoints]
  for (const entry of patch.privateEndpoints?.remove ?? []) {
    const index = entries.findIndex((other) => isSame(entry, other))
    if (index === -1) throw badRequest(`private endpoint ${entry.id} does not exist in organization`)
    const user = cloud.world.services.find(
      (service) => service.organizationId === organization.id && service.privateEndpointIds.includes(entry.id),
    )
    if (user) throw badRequest(`private endpoint ${entry.id} is in use by service ${user.id}`)
    entries.splice(index, 1)
  }
  for (const { description = '', ...entry } of patch.privateEndpoints?.add ?? []) {
    if (entries.some((other) => other.id === entry.id))
      throw badRequest(`private endpoint ${entry.id} already exists in organization`)
    entries.push({ ...entry, description })
  }
  organization.privateEndpoints = entries
  if (patch.privateEndpoints) cloud.world.changed()
  return presentOrganization(organization)
}

/** Registers an id as a change of a service's list does: nothing happens if it is there, and its description is kept. */
export function register(organization: Organization, entry: Entry): void {
  if (!organization.privateEndpoints.some((other) => other.id === entry.id)) organization.privateEndpoints.push(entry)
}

function isSame(a: Omit<Entry, 'description'>, b: Entry): boolean {
  return a.id === b.id && a.cloudProvider === b.cloudProvider && a.region === b.region
}
