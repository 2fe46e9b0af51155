import type { ClickHouseCloud } from '../../clickhouse/client.ts'
import { TerminalError } from '../../domain/errors.ts'
import type { Action } from '../../domain/request.ts'
import { sameName } from '../../domain/service-words.ts'
import type { PrivateName } from '../../domain/survey.ts'
import { type Network, nearest, type Reached, type Service, type Target } from '../../domain/target.ts'

/** The network of the configuration with this name, in any letter case; a `TerminalError` (`network-unknown`) when there is none. */
export function networkNamed(networks: readonly Network[], name: string): Network {
  const network = networks.find((candidate) => sameName(candidate.name, name))
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

/** A service with what Private Link needs of it. */
export interface PrivateService extends Reached {
  /** `endpointServiceId`: the Private Link Service alias. */
  readonly alias: string
}

/** One target of these services; a `TerminalError` (`services-apart`) says why they cannot share an endpoint, and which requests to make instead. */
export function targetOf(network: Network, named: readonly PrivateService[], action: Action): Target {
  const [first, ...rest] = named
  if (first === undefined) throw new Error('A target without a service.')
  const groups = Map.groupBy(named, ({ alias, service }) => `${service.organizationId} ${alias.toLowerCase()}`)
  if (groups.size > 1) throw sharesNoEndpoint([...groups.values()], network, action)
  const reach = ({ service, host }: PrivateService): Reached => ({ service, host })
  return { network, alias: first.alias, services: [reach(first), ...rest.map(reach)] }
}

function sharesNoEndpoint(groups: readonly (readonly PrivateService[])[], network: Network, action: Action): TerminalError {
  const organizations = new Set(groups.flat().map(({ service }) => service.organizationId))
  const nameOf = ({ service: { name, organizationName } }: PrivateService) =>
    organizations.size > 1 ? `${organizationName}/${name}` : name
  const place = action === 'setup' || action === 'teardown' ? 'in' : 'from'
  const commands = groups.map((group) => `${action} ${group.map(nameOf).join(' ')} ${place} ${network.name}`)
  const why = organizations.size > 1 ? 'they belong to different organizations' : 'their connection aliases differ'
  return new TerminalError('services-apart', `${groups.flat().map(nameOf).join(', ')} cannot share one endpoint: ${why}.`, {
    remedy: `Ask for them in ${groups.length} requests: ${commands.join('; ')}.`,
  })
}

export interface Targets {
  /**
   * Adds alias and private host; a `TerminalError` says why this service has none. What this process read less than `maxAgeMs` ago is not read again:
   * both hardly ever change.
   */
  of(service: Service, maxAgeMs: number, signal: AbortSignal): Promise<PrivateService>
  /** What this process has read of the service; undefined when it has not read it. */
  known(serviceId: string): { readonly alias: string; readonly host: string; readonly readAt: string } | undefined
}

/** `learned` is called with each name that was read. */
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
