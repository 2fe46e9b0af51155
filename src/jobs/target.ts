import type { ClickHouseCloud } from '../clickhouse/client.ts'
import { TerminalError } from '../domain/errors.ts'
import { type Network, nearest, type Service, type Target } from '../domain/target.ts'

export function networkNamed(networks: readonly Network[], name: string): Network {
  const network = networks.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (network !== undefined) return network
  const names = networks.map((candidate) => candidate.name)
  const guess = nearest(name, names)
  throw new TerminalError(
    'network-unknown',
    `"${name}" is not a network of the configuration.${guess === undefined ? '' : ` Did you mean ${guess}?`}`,
    {
      remedy: `Networks: ${names.join(', ')}.`,
    },
  )
}

/** Adds alias and private host, or says why this service cannot be reached privately. */
export async function targetOf(
  clickhouse: ClickHouseCloud,
  service: Service,
  network: Network,
  signal: AbortSignal,
): Promise<Target> {
  if (service.provider !== 'azure') {
    throw new TerminalError(
      'service-not-on-azure',
      `${service.name} runs on ${service.provider} (${service.region}), not on Azure.`,
      {
        remedy: 'This bot sets up Azure Private Link. Use the private connectivity of that cloud instead.',
      },
    )
  }
  const config = await clickhouse.privateEndpointConfig(service.organizationId, service.id, signal)
  const { endpointServiceId: alias, privateDnsHostname: host } = config
  if (!alias || !host) {
    throw new TerminalError(
      'service-without-private-link',
      `ClickHouse Cloud names no Private Link for ${service.name}; its plan tier may lack it.`,
      {
        remedy:
          'Check the service’s plan in the ClickHouse Cloud console (Private Link needs Scale or Enterprise), or ask ClickHouse support.',
      },
    )
  }
  return { service, network, alias, host }
}
