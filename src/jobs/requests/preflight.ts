import type { AzureAccess } from '../../azure/access.ts'
import { policyRemedy } from '../../azure/error-words.ts'
import { TerminalError } from '../../domain/errors.ts'
import { marked } from '../../domain/ownership.ts'
import { type Need, needsOf } from '../../domain/permissions.ts'
import type { Plan } from '../../domain/plan.ts'
import { zoneNameOf } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { SurveyStore } from '../../redis/survey.ts'
import { lacksAdmin } from '../services/key-role.ts'
import type { StepContext } from '../steps/step.ts'
import { permissionProblems, subnetProblems } from './azure-problems.ts'

/** How long the checks may take, in milliseconds. */
const withinMs = 10_000

/**
 * Checks before approval is asked for that the plan can work: Azure's permissions, the subnet, the alias, the role of the API key. Throws a `TerminalError`
 * that names everything that is missing. A check that fails itself is left out: the write will show it.
 */
export async function preflight(
  plan: Plan,
  context: StepContext,
  { access, survey, log }: { readonly access: AzureAccess; readonly survey: Pick<SurveyStore, 'read'>; readonly log: Log },
): Promise<void> {
  const { target, clouds, facts, signal } = context
  const limited = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
  const unlessUnknown = async (check: Promise<readonly TerminalError[]>): Promise<readonly TerminalError[]> =>
    await check.catch((error: unknown) => {
      signal.throwIfAborted()
      log.info({ err: error }, 'a pre-flight check was not possible')
      return []
    })
  const creates = plan.steps.some(({ id, change }) => id === 'private-endpoint' && change.kind !== 'none')
  const checks = [
    keyProblems(target, clouds, survey, limited),
    ...missingPermissions(needsOf(plan, target.network, facts.zone ?? target.network.dns), access, limited),
  ]
  checks.push(policyProblems(plan, context, access, limited))
  if (creates) checks.push(subnetProblems(target.network, access, limited), aliasProblems(target, access, limited))
  const problems = (await Promise.all(checks.map(unlessUnknown))).flat()
  const [first, ...more] = problems
  if (first === undefined) return
  if (more.length === 0) throw first
  const said = (part: 'message' | 'remedy') => [...new Set(problems.map((problem) => problem[part]))].join(' ')
  throw new TerminalError('cannot-work', said('message'), { remedy: said('remedy') })
}

/** Reads the role of the API key, unless the last survey found that it suffices. */
async function keyProblems(
  { services: [{ service }] }: StepContext['target'],
  { clickhouse }: StepContext['clouds'],
  survey: Pick<SurveyStore, 'read'>,
  signal: AbortSignal,
): Promise<readonly TerminalError[]> {
  const { organizationId, organizationName } = service
  if ((await survey.read())?.keys?.withoutAdmin.includes(organizationId) === false) return []
  if (!(await lacksAdmin(organizationId, clickhouse, signal))) return []
  return [
    new TerminalError('key-without-admin', `The API key of ${organizationName} lacks the Admin role.`, {
      remedy: 'Give the key the Admin role in the ClickHouse Cloud console, then run the command again.',
    }),
  ]
}

/** One call a scope, so that one that fails leaves the others. */
function missingPermissions(
  needs: readonly Need[],
  access: AzureAccess,
  signal: AbortSignal,
): readonly Promise<readonly TerminalError[]>[] {
  return [...Map.groupBy(needs, ({ scope }) => scope)].map(
    async ([scope, needed]) => await permissionProblems(scope, needed, access, signal),
  )
}

/** A role that names the check. One that allows all is no consent to further calls, and Azure logs this one as an action. */
const namesPolicies = /^microsoft\.policyinsights\//i

/**
 * Landing zones often forbid zones of Private Link outside the resource group of the hub. Only the zone is asked about: it is told whole, and a policy about an
 * endpoint may judge what is not known yet.
 */
async function policyProblems(
  { steps }: Plan,
  { target, maker }: StepContext,
  access: AzureAccess,
  signal: AbortSignal,
): Promise<readonly TerminalError[]> {
  if (!steps.some(({ id, change }) => id === 'dns-zone' && change.kind === 'create')) return []
  const { dns, tags } = target.network
  const group = `/subscriptions/${dns.subscription}/resourceGroups/${dns.resourceGroup}`
  const permissions = await access.permissions(group, signal)
  if (!permissions.some(({ actions }) => actions.some((action) => namesPolicies.test(action)))) return []
  const name = zoneNameOf(target)
  const doing = `create the private DNS zone ${name}`
  const zone = { type: 'Microsoft.Network/privateDnsZones', name, location: 'global', apiVersion: '2024-06-01' }
  const policies = await access.refusingPolicies({ ...dns, ...zone, tags: marked(tags, maker) }, signal)
  return policies.map((policy) => {
    const why = policy.reason === undefined ? '' : `: ${policy.reason}`
    return new TerminalError(
      'RequestDisallowedByPolicy',
      `The policy “${policy.name}” forbids to ${doing} in ${dns.resourceGroup}${why}.`,
      { remedy: policyRemedy({ doing, policy }) },
    )
  })
}

async function aliasProblems(
  { network, alias }: StepContext['target'],
  access: AzureAccess,
  signal: AbortSignal,
): Promise<readonly TerminalError[]> {
  if (await access.sees(network, alias, signal)) return []
  return [
    new TerminalError('alias-not-visible', `Azure does not see the connection alias ${alias} from ${network.name}.`, {
      remedy:
        'Check in ClickHouse Cloud that the service still exists; if it does, ask ClickHouse support to let this subscription see the alias.',
    }),
  ]
}
