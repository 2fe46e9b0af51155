import { TerminalError } from '../../domain/errors.ts'
import { isBlocked, type Plan, type PlannedStep, type StepId } from '../../domain/plan.ts'
import type { Action } from '../../domain/request.ts'
import { siteOf } from '../../domain/site.ts'
import { sameId } from '../../domain/target.ts'
import { allowList } from './allow-list.ts'
import { connection } from './connection.ts'
import { dnsRecord } from './dns-record.ts'
import { dnsRecordRemoval, dnsZoneRemoval, networkLinkRemoval } from './dns-removals.ts'
import { dnsZone } from './dns-zone.ts'
import { endpointInPlace } from './endpoint-in-place.ts'
import { privateEndpointRemoval } from './endpoint-removal.ts'
import { endpointToRemove } from './endpoint-to-remove.ts'
import { visitInOrder } from './in-order.ts'
import { allowListRemoval, organizationEntryRemoval } from './list-removals.ts'
import { networkLink } from './network-link.ts'
import { organizationEntry } from './organization-entry.ts'
import { privateEndpoint } from './private-endpoint.ts'
import { replacedEntry } from './replaced-entry.ts'
import type { Step, StepContext } from './step.ts'
import { verification } from './verification.ts'
import { watchedStep } from './watched-step.ts'

/** What each action does, in the order in which people read it. */
export const procedures: Readonly<Record<Action, readonly Step[]>> = {
  setup: [
    privateEndpoint,
    dnsZone,
    dnsRecord,
    networkLink,
    organizationEntry,
    allowList,
    replacedEntry,
    connection,
    verification,
  ],
  allow: [endpointInPlace, organizationEntry, allowList, connection, verification],
  revoke: [endpointToRemove, allowListRemoval, organizationEntryRemoval],
  teardown: [
    endpointToRemove,
    allowListRemoval,
    organizationEntryRemoval,
    dnsRecordRemoval,
    networkLinkRemoval,
    dnsZoneRemoval,
    privateEndpointRemoval,
  ],
}

/** Observes every step and returns what would change; fills `context.facts`. Throws a `TerminalError` (`blocked`) when a person has to decide first. */
export async function makePlan(action: Action, context: StepContext): Promise<Plan> {
  const steps = procedures[action].filter(({ waits }) => waits !== true)
  const planned = new Map<StepId, PlannedStep>()
  const warnings = new Set<string>()
  await visitInOrder(steps, async (step) => {
    const { change, facts, note, seen, kept, warning } = await watchedStep(step, 'plan', context.maker.request, () =>
      context.patiently(() => step.plan(context)),
    )
    Object.assign(context.facts, facts)
    if (warning !== undefined) warnings.add(warning)
    if (step.quiet === true && change.kind === 'none') return
    planned.set(step.id, {
      id: step.id,
      title: step.title,
      resource: step.resource(context.target),
      change,
      ...(note !== undefined && { note }),
      ...(seen !== undefined && { seen }),
      ...(kept === true && { kept }),
    })
  })
  const { services, network, alias } = context.target
  const inOrder = steps.flatMap(({ id }) => planned.get(id) ?? [])
  const plan: Plan = {
    services,
    network: network.name,
    alias,
    steps: inOrder,
    site: siteOf(
      context.target,
      inOrder.flatMap(({ seen }) => seen ?? []),
      context.maker.installation,
    ),
    crossRegion: !sameId(services[0].service.region, network.location),
    ...(warnings.size > 0 && { warnings: [...warnings].toSorted() }),
  }
  if (isBlocked(plan)) throw blocked(plan)
  return plan
}

function blocked({ steps }: Plan): TerminalError {
  const reasons = steps.flatMap(({ title, change }) => (change.kind === 'blocked' ? [`${title}: ${change.reason}`] : []))
  return new TerminalError('blocked', `Something that this bot did not make is in the way. ${reasons.join(' ')}`, {
    remedy: 'A person has to decide about what is named above; the bot changes only what it made.',
  })
}
