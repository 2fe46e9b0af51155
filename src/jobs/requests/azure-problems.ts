import type { AzureAccess } from '../../azure/access.ts'
import { TerminalError } from '../../domain/errors.ts'
import { isAllowed, type Need } from '../../domain/permissions.ts'
import { type Network, sameId, subnetId } from '../../domain/target.ts'

/** What is wrong with the places in Azure that the configuration names: asked before approval, and by the doctor. Anything that cannot be read throws. */

/** `needed` are the actions on this one scope. `none`: what it means that Azure lists no permissions at all. */
export async function permissionProblems(
  scope: string,
  needed: readonly Need[],
  access: AzureAccess,
  signal: AbortSignal,
  none: 'unknown' | 'nothing is allowed' = 'unknown',
): Promise<readonly TerminalError[]> {
  const permissions = await access.permissions(scope, signal).catch(unlessAbsent)
  if (permissions === undefined) {
    return [
      new TerminalError('resource-group-absent', `Azure does not find ${scope.split('/providers/')[0]}.`, {
        remedy: 'Correct subscription and resource group in the configuration file of the bot, or create the group in Azure.',
      }),
    ]
  }
  const missing = needed.filter(({ action }) => !isAllowed(action, permissions)).map(({ action }) => action)
  // A caller that has read a plan's resources here has some role, so an empty answer does not list its permissions.
  if ((permissions.length === 0 && none === 'unknown') || missing.length === 0) return []
  return [
    new TerminalError('permission-missing', `The bot’s Azure identity lacks ${missing.join(', ')} on ${scope}.`, {
      remedy: 'Give the bot’s identity the missing actions on those scopes, then run the command again.',
    }),
  ]
}

/** Returns undefined when Azure says that there is no such group or subscription; throws any other error. */
function unlessAbsent(error: unknown): undefined {
  if (error instanceof TerminalError && ['ResourceGroupNotFound', 'SubscriptionNotFound'].includes(error.code)) return
  throw error
}

/** VNet, subnet and region of a network, as configured and as Azure has them. */
export async function subnetProblems(
  network: Network,
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
