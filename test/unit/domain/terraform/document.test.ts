// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of Terraform, not of TypeScript.
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { toTerraform } from '../../../../src/domain/terraform/document.ts'
import type { TerraformInput } from '../../../../src/domain/terraform/input.ts'
import { finished, guid, parsed, planned, subscription } from './terraform-literals.ts'

const attachment = 'clickhouse_service_private_endpoints_attachment'

function zoneIn(subscriptionOfZone: string): TerraformInput {
  if (finished.dns === undefined) throw new Error('the literal has a zone')
  return {
    ...finished,
    dns: { ...finished.dns, zone: { ...finished.dns.zone, subscription: subscriptionOfZone, existence: 'found' } },
  }
}

const hostileName = '"}\nresource "null_resource" "evil" {} # ${file("/etc/passwd")} %{ for x in y } \\'
const hostile: TerraformInput = {
  ...planned,
  requester: hostileName,
  network: { ...planned.network, name: hostileName, tags: { [hostileName]: hostileName } },
  services: planned.services.map(({ otherIds: _unknown, ...service }) => ({ ...service, name: hostileName, host: hostileName })),
}

describe('a plan that is not applied', () => {
  test('creates everything, imports nothing, and says so with the arguments that the providers know', async () => {
    const { terraform, resource, ...rest } = await parsed(toTerraform(planned))
    expect(rest.import).toBeUndefined()
    expect(terraform).toMatchObject([
      {
        required_version: '>= 1.5',
        required_providers: [
          {
            azurerm: { source: 'hashicorp/azurerm', version: '~> 4.0' },
            clickhouse: { source: 'ClickHouse/clickhouse', version: '~> 3.2' },
          },
        ],
      },
    ])
    expect(rest.provider).toEqual({
      azurerm: [{ subscription_id: subscription, features: [{}] }],
      clickhouse: [{ organization_id: planned.organizationId }],
    })
    const marks = {
      managedBy: 'privatelink-bot',
      privatelinkInstallation: '3f2a9c0d',
      privatelinkRequest: 'PL-42',
      privatelinkAskedAt: '2026-03-01T12:00:00.000Z',
    }
    const tags = { team: 'data', ...marks }
    const vnet = `/subscriptions/${subscription}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-prod`
    expect(resource).toEqual({
      azurerm_private_endpoint: {
        pe_analytics_prod: [
          {
            name: 'pe-analytics-prod',
            location: 'westus3',
            resource_group_name: 'rg-network',
            subnet_id: `${vnet}/subnets/endpoints`,
            tags,
            private_service_connection: [
              {
                name: 'pe-analytics-prod',
                private_connection_resource_alias: planned.alias,
                is_manual_connection: true,
                request_message: 'PL-42: analytics-prod from prod-westus3, asked by Alice',
              },
            ],
          },
        ],
      },
      azurerm_private_dns_zone: {
        westus3_privatelink_azure_clickhouse_cloud: [
          { name: 'westus3.privatelink.azure.clickhouse.cloud', resource_group_name: 'rg-dns', tags },
        ],
      },
      azurerm_private_dns_zone_virtual_network_link: {
        link_rg_network_vnet_prod_11111111: [
          {
            name: 'link-rg-network-vnet-prod-11111111',
            resource_group_name: 'rg-dns',
            private_dns_zone_name: '${azurerm_private_dns_zone.westus3_privatelink_azure_clickhouse_cloud.name}',
            virtual_network_id: vnet,
            registration_enabled: false,
            tags,
          },
        ],
      },
      azurerm_private_dns_a_record: {
        wildcard: [
          {
            name: '*',
            zone_name: '${azurerm_private_dns_zone.westus3_privatelink_azure_clickhouse_cloud.name}',
            resource_group_name: 'rg-dns',
            ttl: 300,
            records: ['${azurerm_private_endpoint.pe_analytics_prod.private_service_connection[0].private_ip_address}'],
            tags: marks,
          },
        ],
      },
      [attachment]: {
        analytics_prod: [
          {
            service_id: planned.services[0]?.id,
            private_endpoint_ids: ['${coalesce(var.private_endpoint_guid, azurerm_private_endpoint.pe_analytics_prod.id)}'],
          },
        ],
      },
    })
  })

  test('asks for the GUID, but can do without', async () => {
    const { variable } = await parsed(toTerraform(planned))
    expect(Object.keys(variable ?? {})).toEqual(['private_endpoint_guid'])
    expect(variable?.private_endpoint_guid).toMatchObject([
      { type: '${string}', default: null, description: expect.stringContaining('resourceGuid') },
    ])
  })
})

describe('a finished request', () => {
  test('imports everything by its exact id', async () => {
    const group = `/subscriptions/${subscription}/resourceGroups`
    const zone = `${group}/rg-dns/providers/Microsoft.Network/privateDnsZones/westus3.privatelink.azure.clickhouse.cloud`
    const { import: imports, variable } = await parsed(toTerraform(finished))
    expect(imports).toEqual([
      {
        to: '${azurerm_private_endpoint.pe_analytics_prod}',
        id: `${group}/rg-network/providers/Microsoft.Network/privateEndpoints/pe-analytics-prod`,
      },
      { to: '${azurerm_private_dns_zone.westus3_privatelink_azure_clickhouse_cloud}', id: zone },
      {
        to: '${azurerm_private_dns_zone_virtual_network_link.link_rg_network_vnet_prod_11111111}',
        id: `${zone}/virtualNetworkLinks/link-rg-network-vnet-prod-11111111`,
      },
      { to: '${azurerm_private_dns_a_record.wildcard}', id: `${zone}/A/*` },
      { to: `\${${attachment}.analytics_prod}`, id: finished.services[0]?.id },
    ])
    expect(variable).toBeUndefined()
  })

  test('allows the endpoint by its GUID, and guards what would not come back the same', async () => {
    const { resource } = await parsed(toTerraform(finished))
    expect(resource[attachment]?.analytics_prod).toMatchObject([{ private_endpoint_ids: [guid] }])
    const guarded = [{ lifecycle: [{ prevent_destroy: true }] }]
    expect(resource.azurerm_private_endpoint?.pe_analytics_prod).toMatchObject(guarded)
    expect(resource.azurerm_private_dns_zone?.westus3_privatelink_azure_clickhouse_cloud).toMatchObject(guarded)
  })

  test('has an import block beside every resource', async () => {
    const two = { ...finished, network: { ...finished.network, applicationSecurityGroups: ['/a/one', '/b/one'] } }
    const { import: imports = [], resource } = await parsed(toTerraform(two))
    const addresses = Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `\${${type}.${name}}`))
    expect(imports.map(({ to }) => to).toSorted()).toEqual(addresses.toSorted())
    expect(imports.map(({ id }) => id)).toContainEqual(expect.stringMatching(/\/privateEndpoints\/pe-analytics-prod\|\/b\/one$/))
  })
})

describe('what somebody else made', () => {
  test('keeps its tags, and an endpoint its connection and groups', async () => {
    const input: TerraformInput = {
      ...finished,
      endpoint: { ...finished.endpoint, existence: 'found' },
      network: { ...finished.network, applicationSecurityGroups: ['/a/one'] },
    }
    const { resource } = await parsed(toTerraform(input))
    const [endpoint] = resource.azurerm_private_endpoint?.pe_analytics_prod ?? []
    expect(endpoint).not.toHaveProperty('tags')
    const ignored = ['${tags}', '${subnet_id}', '${private_service_connection}', '${custom_network_interface_name}']
    expect(endpoint?.lifecycle).toEqual([{ prevent_destroy: true, ignore_changes: ignored }])
    expect(resource).not.toHaveProperty('azurerm_private_endpoint_application_security_group_association')
  })

  test('is found in the resource group where it lies', async () => {
    const endpoint = { ...finished.endpoint, existence: 'found', resourceGroup: 'rg-hub' } as const
    const { resource, import: imports = [] } = await parsed(toTerraform({ ...finished, endpoint }))
    expect(resource.azurerm_private_endpoint?.pe_analytics_prod?.[0]).toMatchObject({ resource_group_name: 'rg-hub' })
    expect(imports.map(({ id }) => id)).toContainEqual(expect.stringMatching(/rg-hub.*\/privateEndpoints\/pe-analytics-prod$/))
  })

  test('is marked where its name is a guess', () => {
    const { dns } = finished
    if (dns === undefined) throw new Error('the literal has a zone')
    const tf = toTerraform({ ...finished, dns: { ...dns, link: { ...dns.link, existence: 'found', assumed: true } } })
    expect(tf).toMatch(/\n\n# Check this id: .*\nimport \{\n {2}to = azurerm_private_dns_zone_virtual_network_link\./)
    expect(toTerraform(finished)).not.toContain('Check this id')
  })

  test('stays on the allow list: Terraform asks for what else is there', async () => {
    const services = finished.services.map(({ otherIds: _unknown, ...service }) => service)
    const { resource, variable } = await parsed(toTerraform({ ...finished, services }))
    const [service] = services
    expect(resource[attachment]?.analytics_prod).toMatchObject([
      { private_endpoint_ids: `\${concat(["${guid}"], var.other_private_endpoint_ids["${service?.id}"])}` },
    ])
    expect(variable?.other_private_endpoint_ids?.[0]).toMatchObject({ type: '${map(list(string))}' })
    expect(variable?.other_private_endpoint_ids?.[0]).not.toHaveProperty('default')
  })
})

test('a zone in another subscription has its own provider', async () => {
  const other = '22222222-2222-4222-8222-222222222222'
  const { provider, resource, import: imports } = await parsed(toTerraform(zoneIn(other)))
  expect(provider.azurerm).toEqual([
    { subscription_id: subscription, features: [{}] },
    { alias: 'dns', subscription_id: other, features: [{}] },
  ])
  const providers = Object.entries(resource).map(([type, named]) => [type, Object.values(named)[0]?.[0]?.provider])
  expect(Object.fromEntries(providers)).toEqual({
    azurerm_private_endpoint: undefined,
    azurerm_private_dns_zone: '${azurerm.dns}',
    azurerm_private_dns_zone_virtual_network_link: '${azurerm.dns}',
    azurerm_private_dns_a_record: '${azurerm.dns}',
    [attachment]: undefined,
  })
  expect(imports?.[1]?.id).toMatch(`/subscriptions/${other}/resourceGroups/rg-dns/`)
})

test('several services share one endpoint, each with its own attachment and name', async () => {
  const [service] = planned.services
  if (service === undefined) throw new Error('the literal has a service')
  const services = [service, { ...service, id: 'b', name: 'Analytics Prod' }, { ...service, id: 'c', name: '日本' }]
  const { resource } = await parsed(toTerraform({ ...planned, services }))
  expect(Object.keys(resource[attachment] ?? {})).toEqual(['analytics_prod', 'analytics_prod_2', 'unnamed'])
  expect(Object.keys(resource.azurerm_private_endpoint ?? {})).toHaveLength(1)
})

test('without DNS there is only the endpoint and the allow list', async () => {
  const { dns: _none, ...rest } = finished
  const { resource } = await parsed(toTerraform(rest))
  expect(Object.keys(resource).toSorted()).toEqual(['azurerm_private_endpoint', attachment])
})

test('hostile names break out of nothing', async () => {
  const { resource, variable } = await parsed(toTerraform(hostile))
  expect(Object.keys(resource).toSorted()).toEqual(Object.keys((await parsed(toTerraform(planned))).resource).toSorted())
  const [endpoint] = resource.azurerm_private_endpoint?.pe_analytics_prod ?? []
  expect(endpoint?.tags).toMatchObject({ [hostileName]: hostileName })
  const message = `PL-42: ${hostileName} from ${hostileName}, asked by ${hostileName}`
  expect(endpoint?.private_service_connection).toMatchObject([{ request_message: message.slice(0, 140) }])
  expect(variable?.other_private_endpoint_ids?.[0]?.description).toContain(hostileName)
})

test('the network interface keeps the name that the configuration gave it', async () => {
  const named = { ...finished, interfaceName: 'nic-analytics-prod' }
  const endpointOf = async (input: TerraformInput) =>
    (await parsed(toTerraform(input))).resource.azurerm_private_endpoint?.pe_analytics_prod?.[0]
  expect(await endpointOf(named)).toMatchObject({ custom_network_interface_name: 'nic-analytics-prod' })
  // Only its owner knows that of an endpoint that was found.
  const found = { ...named, endpoint: { ...named.endpoint, existence: 'found' as const } }
  expect(await endpointOf(found)).not.toHaveProperty('custom_network_interface_name')
})

test('the allow list has the form of the id that the configuration asks for', async () => {
  for (const input of [planned, finished]) {
    const network = { ...input.network, endpoints: { listAs: 'resource-id' as const } }
    const { resource, variable } = await parsed(toTerraform({ ...input, network }))
    const [[listed] = []] = Object.values(resource[attachment] ?? {})
    expect(listed?.private_endpoint_ids).toEqual(['${azurerm_private_endpoint.pe_analytics_prod.id}'])
    expect(variable?.private_endpoint_guid).toBeUndefined()
  }
})

describe('terraform fmt', () => {
  const installed = spawnSync('terraform', ['version'], { timeout: 20_000 }).status === 0
  if (!installed) console.warn('SKIPPED: terraform is not on the PATH, so `terraform fmt -check` was not run on the exports.')

  test.runIf(installed).each([
    ['planned', planned],
    ['finished', finished],
    ['zone elsewhere', zoneIn('other')],
    ['hostile', hostile],
  ])('has nothing to change: %s', (_what, input) => {
    // Prints the difference and ends with 3 when there is one.
    expect(
      execFileSync('terraform', ['fmt', '-check', '-diff', '-'], {
        input: toTerraform(input),
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    ).toBe('')
  })
  test.runIf(!installed)('has nothing to change (SKIPPED: terraform is not on the PATH)', ({ skip }) => {
    skip('terraform is not on the PATH')
  })
})
