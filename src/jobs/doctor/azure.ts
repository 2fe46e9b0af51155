import type { AzureAccess } from '../../azure/access.ts'
import { type Checkup, type CheckupResult, fail, ok, unchecked, warn } from '../../domain/checkup.ts'
import { RetryableError, TerminalError } from '../../domain/errors.ts'
import { everyNeedOf, type Need } from '../../domain/permissions.ts'
import type { Network } from '../../domain/target.ts'
import { permissionProblems, subnetProblems } from '../requests/azure-problems.ts'

const administrator = 'Whoever administers Azure:'

/** Without these everything works, and some words are missing. */
const dispensable = /\/(privateDnsZones\/ALL|checkPolicyRestrictions)\/read$/

/** The identity first: without a token no other question has an answer of its own. */
export function azureCheckup(
  access: AzureAccess,
  signIn: (signal: AbortSignal) => Promise<void>,
  networks: readonly Network[],
): Checkup {
  return {
    group: 'Azure',
    name: 'Azure',
    async run(signal) {
      try {
        await signIn(signal)
      } catch (error) {
        signal.throwIfAborted()
        return [noToken(error)]
      }
      const needs = new Map(networks.flatMap(everyNeedOf).map((need) => [`${need.scope} ${need.action}`.toLowerCase(), need]))
      const [places, permissions] = await Promise.all([
        Promise.all(networks.map((network) => ofNetwork(network, access, signal))),
        Promise.all(
          [...Map.groupBy(needs.values(), ({ scope }) => scope.toLowerCase()).values()].map((needed) =>
            ofScope(needed, access, signal),
          ),
        ),
      ])
      const scopes = permissions.flat()
      const [missing, granted] = [scopes.filter(({ level }) => level !== 'ok'), scopes.filter(({ level }) => level === 'ok')]
      return [
        ok('azure-identity', 'the identity of the jobs process gets a token'),
        ...onceEach(places.flat()),
        ...onceEach(missing),
        ...(granted.length > 0 && missing.length === 0
          ? [ok('azure-permissions', `the identity has every action that it needs on ${granted.length} scopes`)]
          : []),
      ]
    },
  }
}

function noToken(error: unknown): CheckupResult {
  const remedy =
    error instanceof TerminalError || error instanceof RetryableError
      ? error.remedy
      : 'Check the Azure identity of the jobs process.'
  return fail('azure-credentials', 'The jobs process gets no token for Azure.', `Whoever deploys the jobs process: ${remedy}`)
}

/** A VNet that may not be read is told with the permissions on it. */
async function ofNetwork(network: Network, access: AzureAccess, signal: AbortSignal): Promise<readonly CheckupResult[]> {
  const { name, vnet, subnet, location } = network
  try {
    const problems = await subnetProblems(network, access, signal)
    if (problems.length === 0) return [ok('azure-network', `${name}: ${vnet} has the subnet ${subnet}, in ${location}`)]
    return problems.map(({ code, message }) =>
      fail(
        code,
        `${name}: ${message}`,
        'Whoever keeps the configuration file: correct this network in it. Or, where the network is meant to be there, whoever administers Azure creates it.',
      ),
    )
  } catch (error) {
    signal.throwIfAborted()
    return isCode(error, ['AuthorizationFailed']) ? [] : [unchecked(name, error)]
  }
}

/** `needed` are all on one scope. */
async function ofScope(needed: readonly Need[], access: AzureAccess, signal: AbortSignal): Promise<readonly CheckupResult[]> {
  const scope = needed[0]?.scope ?? ''
  try {
    const [problem] = await permissionProblems(scope, needed, access, signal, 'nothing is allowed')
    return [problem === undefined ? ok('azure-permissions', scope) : ofProblem(problem, needed)]
  } catch (error) {
    signal.throwIfAborted()
    if (!isCode(error, ['ResourceNotFound', 'ParentResourceNotFound'])) return [unchecked(scope, error)]
    // The VNet that is not there is told once, with its network.
    if (!/\/applicationSecurityGroups\//i.test(scope)) return []
    return [
      fail(
        'security-group-absent',
        `Azure does not find the application security group ${scope}.`,
        'Whoever keeps the configuration file: correct applicationSecurityGroups of the network. Or whoever administers Azure creates the group.',
      ),
    ]
  }
}

function ofProblem({ code, message }: TerminalError, needed: readonly Need[]): CheckupResult {
  if (code !== 'permission-missing')
    return fail(
      code,
      message,
      'Whoever keeps the configuration file: correct subscription and resource group. Or whoever administers Azure creates the group.',
    )
  if (needed.some(({ action }) => !dispensable.test(action) && message.includes(action)))
    return fail(
      code,
      message,
      `${administrator} assign the role of azure-role.json to the identity on that scope, or add these actions to the role that it has.`,
    )
  return warn(
    code,
    `${message} ${costOf(message)}`,
    `${administrator} give the identity that action there; azure-role.json has it.`,
  )
}

/** What the bot cannot say without the dispensable actions that the message names. */
function costOf(message: string): string {
  const costs = [
    ...(message.includes('/ALL/read') ? ['cannot name the records of other types that keep a zone'] : []),
    ...(message.includes('checkPolicyRestrictions') ? ['tells of a policy that forbids a zone only when Azure refuses it'] : []),
  ]
  return `The bot then ${costs.join(', and ')}.`
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof TerminalError && codes.includes(error.code)
}

function onceEach(results: readonly CheckupResult[]): readonly CheckupResult[] {
  return [...new Map(results.map((result) => [result.text, result])).values()]
}
