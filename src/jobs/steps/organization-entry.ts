import type { WireOrganization } from '../../clickhouse/wire.ts'
import { TerminalError } from '../../domain/errors.ts'
import type { Installation } from '../../domain/ownership.ts'
import { knownAfterApply } from '../../domain/plan.ts'
import { until } from '../retry.ts'
import { isIdOf } from './allow-lists.ts'
import type { OrganizationEntries, Step, StepContext } from './step.ts'

/**
 * How long entries that this request has read or written are not read again, in milliseconds. ClickHouse Cloud allows ten calls in ten seconds per key. If
 * somebody else adds the same id meanwhile, adding it is refused and the step observes again.
 */
const freshMs = 30_000

/**
 * The organization's entry for the endpoint: made by GUID, recognised by either form of the id. Adding it here is deprecated: where the API accepts that
 * without effect, or refuses it as known, the change of the allow list registers the id, which is checked after that change.
 */
export const organizationEntry: Step = {
  id: 'organization-entry',
  title: 'organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: ['private-endpoint'],

  async plan(context) {
    const { network } = context.target
    const [{ service }] = context.target.services
    const { endpoint, endpointIsNew, entryFollows } = context.facts
    if (entryFollows === true) return { change: { kind: 'none' }, facts: {}, note: 'comes with the allow list' }
    // An endpoint that does not exist yet, or that this run has just made, cannot be in the list: its GUID is a new one.
    const seen = endpoint === undefined || endpointIsNew === true ? {} : { organization: await organizationOf(context) }
    if (isListed(seen.organization, endpoint)) return { change: { kind: 'none' }, facts: seen }
    const fields = [
      { name: 'GUID', after: endpoint?.guid ?? knownAfterApply },
      { name: 'region', after: service.region },
      { name: 'description', after: descriptionOf(network.name, context.maker) },
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
    delete facts.endpointIsNew
    delete facts.organization
    const entry = { id: guid, description: descriptionOf(target.network.name, context.maker), region: service.region }
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

/** Ignores the refusal of an id that is there already; throws any other error. ClickHouse Cloud has no code for it, so its message has to say it. */
function unlessKnown(error: unknown): undefined {
  if (error instanceof TerminalError && error.code === 'BAD_REQUEST' && /already|exists/i.test(error.message)) return
  throw error
}

/** Waits, once the allow lists name the endpoint, until the organization lists it too. Throws a `TerminalError` (`change-not-seen`) after 20 s. */
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

function entriesOf({ privateEndpoints }: WireOrganization): OrganizationEntries {
  return { entries: privateEndpoints, readAt: performance.now() }
}

/** Removes these entries from the organization, one call each. */
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

function descriptionOf(network: string, { installation }: Installation): string {
  return `${network} (privatelink-bot ${installation})`
}

/** As older versions wrote it. It does not say which installation did. */
function olderDescriptionOf(network: string): string {
  return `${network} (privatelink-bot)`
}

/** Those of the entries that this installation wrote for the request's network. */
export async function ourEntriesAmong(
  entries: OrganizationEntries['entries'],
  { target: { network }, maker, hasListed }: StepContext,
): Promise<OrganizationEntries['entries']> {
  const ours = []
  for (const entry of entries) {
    const isOlder = entry.description === olderDescriptionOf(network.name)
    if (entry.description === descriptionOf(network.name, maker) || (isOlder && (await hasListed(entry.id)))) ours.push(entry)
  }
  return ours
}
