import type { Network, Service } from './target.ts'

/** Names of what the bot creates. Azure allows 80 characters: letters, digits, `.`, `_`, `-`, beginning with a letter or digit and not ending in `.` or `-`. */

export function endpointName(service: Service, network: Network): string {
  return azureName(`pe-${service.name}-${network.name}`)
}

export function linkName(network: Network): string {
  return azureName(`link-${network.resourceGroup}-${network.vnet}`)
}

function azureName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 80)
    .replace(/[.-]+$/, '')
}
