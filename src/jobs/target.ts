import type { ClickHouseCloud } from '../clickhouse/client.ts'
import { TerminalError } from '../domain/errors.ts'
import type { PrivateName } from '../domain/survey.ts'
import { type Network, nearest, type Reached, type Service, type Target } from '../domain/target.ts'

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

export interface Named extends Reached {
  readonly alias: string
}

/** The services as one target, or why they cannot be one. */
export function together(network: Network, [first, ...rest]: readonly Named[]): Target {
  if (first === undefined) throw new Error('A target without a service.')
  const apart = rest.find((each) => each.alias !== first.alias || each.service.organizationId !== first.service.organizationId)
  if (apart !== undefined) {
    throw new TerminalError(
      'services-apart',
      `${first.service.name} and ${apart.service.name} cannot share an endpoint: their connection aliases differ.`,
      {
        remedy: 'Ask for them one at a time.',
      },
    )
  }
  const reach = ({ service, host }: Named): Reached => ({ service, host })
  return { network, alias: first.alias, services: [reach(first), ...rest.map(reach)] }
}

export interface Targets {
  /**
   * Adds alias and private host, or says why this service cannot be reached privately. They hardly ever change, so what was read less than `maxAgeMs`
   * ago by this process is good enough.
   */
  of(service: Service, maxAgeMs: number, signal: AbortSignal): Promise<Named>
  /** What this process has read already. */
  known(serviceId: string): { readonly alias: string; readonly host: string; readonly readAt: string } | undefined
}

/** `learned` hears of each name that was read. */
export function createTargets(
  clickhouse: Pick<ClickHouseCloud, 'privateEndpointConfig'>,
  learned: (serviceId: string, name: Required<PrivateName>) => void = () => undefined,
): Targets {
  const known = new Map<string, { readonly alias: string; readonly host: string; readonly readAt: string }>()
  return {
    async of(service, maxAgeMs, signal) {
      const before = known.get(service.id)
      if (before !== undefined && Date.now() - Date.parse(before.readAt) < maxAgeMs)
        return { service, alias: before.alias, host: before.host }
      const names = await readNames(clickhouse, service, signal)
      const kept = { ...names, readAt: new Date().toISOString() }
      known.set(service.id, kept)
      learned(service.id, kept)
      return { service, ...names }
    },
    known: (serviceId) => known.get(serviceId),
  }
}

async function readNames(
  clickhouse: Pick<ClickHouseCloud, 'privateEndpointConfig'>,
  service: Service,
  signal: AbortSignal,
): Promise<{ alias: string; host: string }> {
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
  return { alias, host }
}
