import type { WireOrganization } from '../../clickhouse/wire.ts'
import { knownAfterApply } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import type { OrganizationEntries, Step, StepContext } from '../step.ts'
import { isIdOf } from './allow-lists.ts'

/**
 * What this very request has read or written is not read again for so long. ClickHouse Cloud allows ten calls in ten seconds per key, and nobody else
 * adds the id of an endpoint that this request has just made; if somebody does, adding is refused and the step looks again.
 */
const freshMs = 30_000

/** The organization's entry for the endpoint: made by GUID, recognised by either form of the id. */
export const organizationEntry: Step = {
  id: 'organization-entry',
  title: 'organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: ['private-endpoint'],

  async plan(context) {
    const { network } = context.target
    const [{ service }] = context.target.services
    const { endpoint } = context.facts
    const organization = await organizationOf(context)
    if (organization.entries.some(({ id }) => isIdOf(id, endpoint))) return { change: { kind: 'none' }, facts: { organization } }
    const fields = [
      { name: 'GUID', after: endpoint?.guid ?? knownAfterApply },
      { name: 'region', after: service.region },
      { name: 'description', after: descriptionOf(network.name) },
    ]
    return { change: { kind: 'create', fields }, facts: { organization } }
  },

  async apply({ target, clouds, facts, fence, signal }) {
    const { network } = target
    const [{ service }] = target.services
    const guid = facts.endpoint?.guid
    if (guid === undefined) return
    await fence()
    delete facts.organization
    const entry = { id: guid, description: descriptionOf(network.name), region: service.region }
    facts.organization = seen(await clouds.clickhouse.addOrganizationEntry(service.organizationId, entry, signal))
  },
}

/** Removes what an endpoint that was made anew has left behind in the organization. */
export const replacedEntry: Step = {
  id: 'organization-entry-removal',
  title: 'replaced organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: ['allow-list'],
  quiet: true,

  async plan(context) {
    const organization = await organizationOf(context)
    const fields = replacedIn(organization, context).map(({ id }) => ({ name: 'GUID', before: id }))
    return { change: fields.length === 0 ? { kind: 'none' } : { kind: 'delete', fields }, facts: { organization } }
  },

  async apply(context) {
    const { target, clouds, facts, fence, signal } = context
    const [{ service }] = target.services
    for (const { id, description, region } of replacedIn(await organizationOf(context), context)) {
      await fence()
      delete facts.organization
      const entry = { id, description: description ?? '', region: region ?? service.region }
      facts.organization = seen(await clouds.clickhouse.removeOrganizationEntry(service.organizationId, entry, signal))
    }
  },
}

/** Read now, unless this request has just done so. */
async function organizationOf({ target, clouds, facts, signal }: StepContext): Promise<OrganizationEntries> {
  if (facts.organization !== undefined && performance.now() - facts.organization.readAt < freshMs) return facts.organization
  return seen(await clouds.clickhouse.organization(target.services[0].service.organizationId, signal))
}

function seen({ privateEndpoints }: WireOrganization): OrganizationEntries {
  return { entries: privateEndpoints, readAt: performance.now() }
}

function replacedIn({ entries }: OrganizationEntries, { facts, replacedIds }: StepContext): OrganizationEntries['entries'] {
  const replaced = [...replacedIds, ...(facts.replacedIds ?? [])]
  return entries.filter(({ id }) => replaced.some((each) => sameId(each, id)))
}

function descriptionOf(network: string): string {
  return `${network} ${mark}`
}

const mark = '(privatelink-bot)'

/** Whether this bot wrote the entry for this network. */
export function isOurEntry({ description }: OrganizationEntries['entries'][number], network: string): boolean {
  return description === descriptionOf(network)
}
