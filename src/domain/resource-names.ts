import { createHash } from 'node:crypto'
import { type Network, type Service, vnetId } from './target.ts'

/**
 * Names of what the bot creates. Azure allows 80 characters, for a private endpoint 64: letters, digits, `.`, `_` and `-`, with a letter or digit first, and
 * neither `.` nor `-` last.
 */

export const placeholders = ['service', 'network', 'vnet'] as const

/** `suffix`: see `suffixFor`. */
export function endpointName(service: Pick<Service, 'name'>, network: Network, suffix = ''): string {
  return filled(`${network.endpoints?.name ?? 'pe-{service}-{network}'}${suffix}`, service, network, 64)
}

/** Undefined when Azure is to choose the name. */
export function networkInterfaceName(service: Service, network: Network, suffix = ''): string | undefined {
  const template = network.endpoints?.networkInterface
  return template === undefined ? undefined : filled(`${template}${suffix}`, service, network, 80)
}

/** Ends the names of an endpoint whose usual name belongs to one that leads elsewhere: services may have one name, and two aliases. */
export function suffixFor(alias: string, network: Network): string {
  return `-${hashOf(`${alias} ${vnetId(network)}`.toLowerCase())}`
}

/** With the subscription: VNets of several subscriptions may have one name, and share a zone. */
export function linkName({ resourceGroup, vnet, subscription }: Network): string {
  return azureName(`link-${resourceGroup}-${vnet}-${subscription.slice(0, 8)}`, 80)
}

function filled(template: string, service: Pick<Service, 'name'>, network: Network, most: number): string {
  const values = { service: service.name, network: network.name, vnet: network.vnet }
  return azureName(
    placeholders.reduce((text, word) => text.replaceAll(`{${word}}`, () => values[word]), template),
    most,
  )
}

/** A name that is too long is cut and ends in a hash of the whole. */
function azureName(name: string, most: number): string {
  const whole = name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')
  return (whole.length <= most ? whole : `${whole.slice(0, most - 9)}-${hashOf(whole)}`).replace(/[.-]+$/, '')
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
