import type { Network, Service } from './target.ts'

/** Names of what the bot creates. Azure allows 80 characters: letters, digits, `.`, `_`, `-`, beginning with a letter or digit and not ending in `.` or `-`. */

export const placeholders = ['service', 'network', 'vnet'] as const

export function endpointName(service: Service, network: Network): string {
  return filled(network.endpoints?.name ?? 'pe-{service}-{network}', service, network)
}

/** Nothing when Azure is to choose. */
export function networkInterfaceName(service: Service, network: Network): string | undefined {
  const template = network.endpoints?.networkInterface
  return template === undefined ? undefined : filled(template, service, network)
}

export function linkName(network: Network): string {
  return azureName(`link-${network.resourceGroup}-${network.vnet}`)
}

function filled(template: string, service: Service, network: Network): string {
  const values = { service: service.name, network: network.name, vnet: network.vnet }
  return azureName(placeholders.reduce((text, word) => text.replaceAll(`{${word}}`, () => values[word]), template))
}

function azureName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 80)
    .replace(/[.-]+$/, '')
}
