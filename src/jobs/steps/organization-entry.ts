import type { WireOrganization } from '../../clickhouse/wire.ts'
import { TerminalError } from '../../domain/errors.ts'
import { knownAfterApply } from '../../domain/plan.ts'
import { until } from '../retry.ts'
import { isIdOf } from './allow-lists.ts'
import type { OrganizationEntries, Step, StepContext } from './step.ts'

/**
 * What this very request has read or written is not read again for so long. ClickHouse Cloud allows ten calls in ten seconds per key, and nobody else
 * adds the id of an endpoint that this request has just made; if somebody does, adding is refused and the step looks again.
 */
const freshMs = 30_000

/**
 * The organization's entry for the endpoint: made by GUID, recognised by either form of the id. Adding it here is deprecated: where the API accepts that
 * without effect, or takes the id for known, the change of the allow list registers it, and it is looked for after that.
 */
export const organizationEntry: Step = {
  id: 'organization-entry',
  title: 'organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: ['private-endpoint'],

  async plan(context) {
    const { network } = context.target
    const [{ service }] = context.target.services
    const { endpoint, entryFollows } = context.facts
    if (entryFollows === true) return { change: { kind: 'none' }, facts: {}, note: 'comes with the allow list' }
    // An endpoint that does not exist yet cannot be in the list: its GUID will be a new one.
    const seen = endpoint === undefined ? {} : { organization: await organizationOf(context) }
    if (isListed(seen.organization, endpoint)) return { change: { kind: 'none' }, facts: seen }
    const fields = [
      { name: 'GUID', after: endpoint?.guid ?? knownAfterApply },
      { name: 'region', after: service.region },
      { name: 'description', after: descriptionOf(network.name) },
    ]
    return { change: { kind: 'create', fields }, facts: seen }
  },

  async apply(context) {
    const { target, clouds, facts, fence, noteListed, signal } = context
    const [{ service }] = target.services
    const guid = facts.endpoint?.guid
    if (guid === undefined) return
    await fence()
    await noteListed({ list: service.organizationId, ids: [guid] })
    delete facts.organization
    const entry = { id: guid, description: descriptionOf(target.network.name), region: service.region }
    const answer = await clouds.clickhouse.addOrganizationEntry(service.organizationId, entry, signal).catch(unlessKnown)
    // The answer need not show the list: every field of it is optional.
    facts.organization = answer === undefined ? await organizationOf(context) : entriesOf(answer)
    if (!isListed(facts.organization, facts.endpoint)) {
      delete facts.organization
      facts.organization = await organizationOf(context)
    }
    if (isListed(facts.organization, facts.endpoint)) return
    delete facts.organization
    facts.entryFollows = true
  },
}

/** A refusal because the id is there already is none. */
function unlessKnown(error: unknown): undefined {
  if (error instanceof TerminalError && error.code === 'BAD_REQUEST' && /already|exists/i.test(error.message)) return
  throw error
}

/** Once the allow lists name the endpoint: whether that has registered what adding to the organization did not. */
export async function checkFollowingEntry(context: StepContext): Promise<void> {
  const { facts, target, signal } = context
  if (facts.entryFollows !== true) return
  const listed = async (): Promise<true | undefined> => {
    delete facts.organization
    facts.organization = await organizationOf(context)
    return isListed(facts.organization, facts.endpoint) ? true : undefined
  }
  if ((await until(listed, { everyMs: 4_000, withinMs: 20_000 }, signal)) !== undefined) {
    delete facts.entryFollows
    return
  }
  const [{ service }] = target.services
  throw new TerminalError(
    'change-not-seen',
    `ClickHouse Cloud accepted the endpoint ${facts.endpoint?.guid}, but ${service.organizationName} does not list it.`,
    {
      remedy: `It is on the allow list and may work: diagnose ${service.name}. Ask ClickHouse support why the entry is missing.`,
    },
  )
}

function isListed(organization: OrganizationEntries | undefined, endpoint: StepContext['facts']['endpoint']): boolean {
  return organization?.entries.some(({ id }) => isIdOf(id, endpoint)) === true
}

/** Read now, unless this request has just done so. */
export async function organizationOf({ target, clouds, facts, signal }: StepContext): Promise<OrganizationEntries> {
  if (facts.organization !== undefined && performance.now() - facts.organization.readAt < freshMs) return facts.organization
  return entriesOf(await clouds.clickhouse.organization(target.services[0].service.organizationId, signal))
}

export function entriesOf({ privateEndpoints }: WireOrganization): OrganizationEntries {
  return { entries: privateEndpoints, readAt: performance.now() }
}

/** Takes these entries away, as they stand in the organization. */
export async function removeEntries(entries: OrganizationEntries['entries'], context: StepContext): Promise<void> {
  const { target, clouds, facts, fence, signal } = context
  const [{ service }] = target.services
  for (const { id, description, region } of entries) {
    await fence()
    delete facts.organization
    const entry = { id, description: description ?? '', region: region ?? service.region }
    facts.organization = entriesOf(await clouds.clickhouse.removeOrganizationEntry(service.organizationId, entry, signal))
  }
}

/** GUIDs of endpoints that are made anew. */
export function replacedIds({ facts, replacedIds }: StepContext): readonly string[] {
  return [...replacedIds, ...(facts.replacedIds ?? [])]
}

function descriptionOf(network: string): string {
  return `${network} ${mark}`
}

const mark = '(privatelink-bot)'

/** Whether this bot wrote the entry for this network. */
export function isOurEntry({ description }: OrganizationEntries['entries'][number], network: string): boolean {
  return description === descriptionOf(network)
}
