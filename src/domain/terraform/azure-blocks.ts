import { marked, markedCopy } from '../ownership.ts'
import { sameId, subnetId, vnetId } from '../target.ts'
import { adoption, type Names } from './adoption.ts'
import { attribute, block, code, comment, type Item, list, text, textMap } from './hcl.ts'
import type { Existence, TerraformInput } from './input.ts'

/**
 * The azurerm resources. Names of arguments and forms of import ids are those of https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs,
 * resources `private_endpoint`, `private_endpoint_application_security_group_association`, `private_dns_zone`,
 * `private_dns_zone_virtual_network_link` and `private_dns_a_record`.
 */
export function azureBlocks(input: TerraformInput, names: Names): readonly Item[] {
  return [
    ...endpointBlocks(input, names),
    ...zoneBlocks(input, names),
    ...linkBlocks(input, names),
    ...recordBlocks(input, names),
    ...copyBlocks(input, names),
  ]
}

/** The default provider has the network's subscription. A zone in another subscription needs a second one. */
export function azureProviders({ network, dns }: TerraformInput): readonly Item[] {
  const provider = (subscription: string, ...more: readonly Item[]) =>
    block('provider', ['azurerm'], [...more, attribute('subscription_id', text(subscription)), block('features', [], [])])
  const elsewhere = dns !== undefined && isElsewhere(dns.zone, network)
  return [
    provider(network.subscription),
    ...(elsewhere ? [provider(dns.zone.subscription, attribute('alias', text('dns')))] : []),
  ]
}

type Dns = NonNullable<TerraformInput['dns']>

function isElsewhere(zone: Dns['zone'], network: TerraformInput['network']): boolean {
  return !sameId(zone.subscription, network.subscription)
}

function endpointBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const { network, endpoint, alias, services, maker, requester } = input
  const message = `${maker.request}: ${services.map(({ name }) => name).join(', ')} from ${network.name}, asked by ${requester}`
  return [
    ...adoption(`azurerm_private_endpoint.${names.endpoint}`, endpointId(input), endpoint),
    block(
      'resource',
      ['azurerm_private_endpoint', names.endpoint],
      [
        attribute('name', text(endpoint.name)),
        attribute('location', text(network.location)),
        attribute('resource_group_name', text(endpoint.resourceGroup ?? network.resourceGroup)),
        attribute('subnet_id', text(subnetId(network))),
        ...networkInterface(input),
        ...tags(endpoint.existence, marked(network.tags, input.maker)),
        // An alias is accepted only in a manual connection; Azure allows 140 characters of message.
        block(
          'private_service_connection',
          [],
          [
            attribute('name', text(endpoint.name)),
            attribute('private_connection_resource_alias', text(alias)),
            attribute('is_manual_connection', code('true')),
            attribute('request_message', text(message.slice(0, 140))),
          ],
        ),
        // An endpoint that was found may lie in another subnet, and its connection has a name and a message of its own: other ones would replace it.
        ...lifecycle(endpoint.existence, true, ['subnet_id', 'private_service_connection', 'custom_network_interface_name']),
      ],
    ),
    ...groupBlocks(input, names),
  ]
}

/** Left out for an endpoint that was found: the interface's name is unknown, and another one would replace the endpoint. */
function networkInterface({ endpoint, interfaceName }: TerraformInput): readonly Item[] {
  if (interfaceName === undefined || endpoint.existence === 'found') return []
  return [attribute('custom_network_interface_name', text(interfaceName))]
}

/** An endpoint that was found keeps the groups that its owner gave it. */
function groupBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const { network, endpoint } = input
  if (endpoint.existence === 'found') return []
  const type = 'azurerm_private_endpoint_application_security_group_association'
  return network.applicationSecurityGroups.flatMap((group, at) => {
    const name = names.groups[at] ?? `group_${at}`
    return [
      ...adoption(`${type}.${name}`, `${endpointId(input)}|${group}`, endpoint),
      block(
        'resource',
        [type, name],
        [
          attribute('private_endpoint_id', code(`azurerm_private_endpoint.${names.endpoint}.id`)),
          attribute('application_security_group_id', text(group)),
        ],
      ),
    ]
  })
}

function zoneBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const { dns, network } = input
  if (dns === undefined) return []
  return [
    ...adoption(`azurerm_private_dns_zone.${names.zone}`, zoneId(dns), dns.zone),
    block(
      'resource',
      ['azurerm_private_dns_zone', names.zone],
      [
        ...dnsProvider(input),
        attribute('name', text(dns.zone.name)),
        attribute('resource_group_name', text(dns.zone.resourceGroup)),
        ...tags(dns.zone.existence, marked(network.tags, input.maker)),
        ...lifecycle(dns.zone.existence, true),
      ],
    ),
  ]
}

function linkBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const { dns, network } = input
  if (dns === undefined) return []
  const type = 'azurerm_private_dns_zone_virtual_network_link'
  return [
    ...adoption(`${type}.${names.link}`, `${zoneId(dns)}/virtualNetworkLinks/${dns.link.name}`, dns.link),
    block(
      'resource',
      [type, names.link],
      [
        ...dnsProvider(input),
        attribute('name', text(dns.link.name)),
        attribute('resource_group_name', text(dns.zone.resourceGroup)),
        attribute('private_dns_zone_name', code(`azurerm_private_dns_zone.${names.zone}.name`)),
        attribute('virtual_network_id', text(vnetId(network))),
        attribute('registration_enabled', code('false')),
        ...tags(dns.link.existence, marked(network.tags, input.maker)),
        ...lifecycle(dns.link.existence, false, ['registration_enabled']),
        // The link hides the records that were copied.
        ...(names.copies.length > 0
          ? [attribute('depends_on', list(names.copies.map((name) => code(`azurerm_private_dns_a_record.${name}`))))]
          : []),
      ],
    ),
  ]
}

function recordBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const { dns } = input
  if (dns === undefined) return []
  return dns.records.flatMap((record, at) => {
    const name = names.records[at] ?? `record_${at}`
    return [
      ...adoption(`azurerm_private_dns_a_record.${name}`, `${zoneId(dns)}/A/${record.name}`, record),
      block(
        'resource',
        ['azurerm_private_dns_a_record', name],
        [
          ...dnsProvider(input),
          attribute('name', text(record.name)),
          attribute('zone_name', code(`azurerm_private_dns_zone.${names.zone}.name`)),
          attribute('resource_group_name', text(dns.zone.resourceGroup)),
          attribute('ttl', code('300')),
          attribute(
            'records',
            list([code(`azurerm_private_endpoint.${names.endpoint}.private_service_connection[0].private_ip_address`)]),
          ),
          ...tags(record.existence, marked(undefined, input.maker)),
          ...lifecycle(record.existence, false, ['ttl']),
        ],
      ),
    ]
  })
}

/** Copies lead to where the wider zone leads, and not to the endpoint. */
function copyBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const { dns } = input
  if (dns === undefined) return []
  return (dns.copies ?? []).flatMap((copy, at) => {
    const name = names.copies[at] ?? `copy_${at}`
    return [
      ...adoption(`azurerm_private_dns_a_record.${name}`, `${zoneId(dns)}/A/${copy.name}`, copy),
      comment(`A copy of a record of ${copy.from}, which the link hides; changes there do not reach it.`),
      block(
        'resource',
        ['azurerm_private_dns_a_record', name],
        [
          ...dnsProvider(input),
          attribute('name', text(copy.name)),
          attribute('zone_name', code(`azurerm_private_dns_zone.${names.zone}.name`)),
          attribute('resource_group_name', text(dns.zone.resourceGroup)),
          attribute('ttl', code(String(copy.ttl))),
          attribute('records', list(copy.addresses.map(text))),
          ...tags(copy.existence, markedCopy(undefined, copy.from, input.maker)),
          ...lifecycle(copy.existence, false),
        ],
      ),
    ]
  })
}

function dnsProvider({ dns, network }: TerraformInput): readonly Item[] {
  return dns !== undefined && isElsewhere(dns.zone, network) ? [attribute('provider', code('azurerm.dns'))] : []
}

/** Left out for what was found: `lifecycle` keeps its owner's tags. */
function tags(existence: Existence, entries: Readonly<Record<string, string>>): readonly Item[] {
  return existence === 'found' ? [] : [attribute('tags', textMap(entries))]
}

/** `costly`: other resources depend on it, so it must not be destroyed. */
function lifecycle(existence: Existence, costly: boolean, unknown: readonly string[] = []): readonly Item[] {
  const guard = costly && existence !== 'planned' ? [attribute('prevent_destroy', code('true'))] : []
  const ignored = existence === 'found' ? [attribute('ignore_changes', list(['tags', ...unknown].map(code)))] : []
  return guard.length + ignored.length === 0 ? [] : [block('lifecycle', [], [...guard, ...ignored])]
}

function endpointId({ network, endpoint }: TerraformInput): string {
  const group = endpoint.resourceGroup ?? network.resourceGroup
  return `/subscriptions/${network.subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${endpoint.name}`
}

function zoneId({ zone }: Dns): string {
  return `/subscriptions/${zone.subscription}/resourceGroups/${zone.resourceGroup}/providers/Microsoft.Network/privateDnsZones/${zone.name}`
}
