import type { AzureAccess } from '../../azure/access.ts'
import { type Checkup, type CheckupResult, fail, ok, warn } from '../../domain/checkup.ts'
import type { TerminalError } from '../../domain/errors.ts'
import { everyNeedOf, type Need } from '../../domain/permissions.ts'
import type { Network } from '../../domain/target.ts'
import { permissionProblems, subnetProblems } from '../requests/azure-problems.ts'

const administrator = 'Whoever administers Azure:'

/** What is missing here costs no more than the names of what keeps a zone. */
const dispensable = /\/privateDnsZones\/ALL\/read$/

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
  const remedy: unknown = Reflect.get(Object(error), 'remedy')
  return fail(
    'azure-credentials',
    'The jobs process gets no token for Azure.',
    typeof remedy === 'string' ? remedy : 'Check the Azure identity of the jobs process.',
  )
}

/** A VNet that may not be read is told with the permissions on it. */
async function ofNetwork(network: Network, access: AzureAccess, signal: AbortSignal): Promise<readonly CheckupResult[]> {
  const problems = await asked(() => subnetProblems(network, access, signal), signal)
  if (!Array.isArray(problems)) return codeOf(problems) === 'AuthorizationFailed' ? [] : [notAnswered(network.name, problems)]
  if (problems.length === 0)
    return [ok('azure-network', `${network.name}: ${network.vnet} has the subnet ${network.subnet}, in ${network.location}`)]
  return problems.map(({ code, message }: TerminalError) =>
    fail(
      code,
      `${network.name}: ${message}`,
      'Whoever keeps the configuration file: correct this network in it. Or, where the network is meant to be there, whoever administers Azure creates it.',
    ),
  )
}

async function ofScope(needed: readonly Need[], access: AzureAccess, signal: AbortSignal): Promise<readonly CheckupResult[]> {
  const scope = needed[0]?.scope ?? ''
  const [few, most] = [
    needed.filter(({ action }) => dispensable.test(action)),
    needed.filter(({ action }) => !dispensable.test(action)),
  ]
  const problems = await asked(
    async () => [
      ...(await permissionProblems(scope, most, access, signal, 'nothing is allowed')),
      ...(few.length === 0
        ? []
        : (await permissionProblems(scope, few, access, signal, 'nothing is allowed')).filter(
            ({ code }) => code === 'permission-missing',
          )),
    ],
    signal,
  )
  if (!Array.isArray(problems) && absences.has(codeOf(problems)) && /\/applicationSecurityGroups\//i.test(scope))
    return [
      fail(
        'security-group-absent',
        `Azure does not find the application security group ${scope}.`,
        'Whoever keeps the configuration file: correct applicationSecurityGroups of the network. Or whoever administers Azure creates the group.',
      ),
    ]
  // The VNet that is not there is told once, with its network.
  if (!Array.isArray(problems)) return absences.has(codeOf(problems)) ? [] : [notAnswered(scope, problems)]
  if (problems.length === 0) return [ok('azure-permissions', scope)]
  return problems.map(({ code, message }: TerminalError) => {
    if (code !== 'permission-missing')
      return fail(
        code,
        message,
        'Whoever keeps the configuration file: correct subscription and resource group. Or whoever administers Azure creates the group.',
      )
    return few.some(({ action }) => message.includes(action))
      ? warn(
          code,
          `${message} A teardown then cannot name the records of other types that keep a zone.`,
          `${administrator} give the identity that action there; azure-role.json has it.`,
        )
      : fail(
          code,
          message,
          `${administrator} assign the role of azure-role.json to the identity on that scope, or add these actions to the role that it has.`,
        )
  })
}

/** The problems, or the error that kept us from reading them. */
async function asked(
  ask: () => Promise<readonly TerminalError[]>,
  signal: AbortSignal,
): Promise<readonly TerminalError[] | { readonly error: unknown }> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    return { error }
  }
}

const absences: ReadonlySet<unknown> = new Set(['ResourceNotFound', 'ParentResourceNotFound'])

function codeOf(problem: object): unknown {
  return Reflect.get(Object(Reflect.get(problem, 'error')), 'code')
}

function notAnswered(what: string, problem: object): CheckupResult {
  const error = Object(Reflect.get(problem, 'error'))
  const [code, message, remedy] = ['code', 'message', 'remedy'].map((name) => Reflect.get(error, name))
  const known = typeof code === 'string' && typeof message === 'string' && typeof remedy === 'string'
  return known
    ? fail(code, `${what}: ${message}`, `${administrator} ${remedy}`)
    : fail(
        'azure-unreadable',
        `${what} could not be checked: Azure’s answer was not understood.`,
        'Run the doctor again; if it stays so, report it as a fault of the bot.',
      )
}

function onceEach(results: readonly CheckupResult[]): readonly CheckupResult[] {
  return [...new Map(results.map((result) => [result.text, result])).values()]
}
