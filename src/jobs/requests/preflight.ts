import type { AzureAccess } from '../../azure/access.ts'
import { policyRemedy } from '../../azure/error-words.ts'
import { TerminalError } from '../../domain/errors.ts'
import { marked } from '../../domain/ownership.ts'
import { isAllowed, type Need, needsOf } from '../../domain/permissions.ts'
import type { Plan } from '../../domain/plan.ts'
import { sameId, subnetId, zoneNameOf } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { SurveyStore } from '../../redis/survey.ts'
import { lacksAdmin } from '../services/key-role.ts'
import type { StepContext } from '../steps/step.ts'

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
  if (creates) checks.push(subnetProblems(target, access, limited), aliasProblems(target, access, limited))
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
  return [...Map.groupBy(needs, ({ scope }) => scope)].map(async ([scope, needed]) => {
    const permissions = await access.permissions(scope, signal).catch(unlessAbsent)
    if (permissions === undefined) {
      return [
        new TerminalError('resource-group-absent', `Azure does not find ${scope.split('/providers/')[0]}.`, {
          remedy: 'Correct subscription and resource group in the configuration file of the bot, or create the group in Azure.',
        }),
      ]
    }
    const missing = needed.filter(({ action }) => !isAllowed(action, permissions)).map(({ action }) => action)
    // A caller that may read here has some role, so an empty answer does not list its permissions.
    if (permissions.length === 0 || missing.length === 0) return []
    return [
      new TerminalError('permission-missing', `The bot’s Azure identity lacks ${missing.join(', ')} on ${scope}.`, {
        remedy: 'Give the bot’s identity the missing actions on those scopes, then run the command again.',
      }),
    ]
  })
}

/** Returns undefined when Azure says that there is no such group or subscription; throws any other error. */
function unlessAbsent(error: unknown): undefined {
  if (error instanceof TerminalError && ['ResourceGroupNotFound', 'SubscriptionNotFound'].includes(error.code)) return
  throw error
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

async function subnetProblems(
  { network }: StepContext['target'],
  access: AzureAccess,
  signal: AbortSignal,
): Promise<readonly TerminalError[]> {
  const remedy = 'Correct this network in the configuration file of the bot, or create the subnet in Azure.'
  const wrong = (code: string, message: string) => [new TerminalError(code, message, { remedy })]
  try {
    const { location, subnets } = await access.virtualNetwork(network, signal)
    if (subnets?.some((subnet) => sameId(subnet, network.subnet)) === false)
      return wrong('subnet-absent', `${network.vnet} has no subnet ${network.subnet}; it has ${subnets.join(', ') || 'none'}.`)
    if (location !== '' && !sameId(location.replaceAll(' ', ''), network.location.replaceAll(' ', '')))
      return wrong(
        'subnet-elsewhere',
        `${network.vnet} lies in ${location}, but the configuration says ${network.location}: a private endpoint lies in the region of its VNet.`,
      )
    return []
  } catch (error) {
    if (!(error instanceof TerminalError) || !['ResourceNotFound', 'ResourceGroupNotFound'].includes(error.code)) throw error
    return wrong('subnet-absent', `Azure does not find ${subnetId(network)}: ${error.code}.`)
  }
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
