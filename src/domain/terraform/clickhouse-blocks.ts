import { adoption, type Names } from './adoption.ts'
import { attribute, block, call, code, comment, element, type Item, list, text, type Value } from './hcl.ts'
import type { ExportedService, TerraformInput } from './input.ts'

/**
 * The ClickHouse Cloud resources. Arguments and import ids are those of https://registry.terraform.io/providers/ClickHouse/clickhouse/latest/docs,
 * resource `service_private_endpoints_attachment`.
 *
 * There is no `clickhouse_private_endpoint_registration`: since version 3.2.0 the provider refuses to create one and cannot import one; the attachment
 * registers the id with the organization (https://github.com/ClickHouse/terraform-provider-clickhouse#breaking-changes-and-deprecations).
 */
export function clickhouseBlocks(input: TerraformInput, names: Names): readonly Item[] {
  const type = 'clickhouse_service_private_endpoints_attachment'
  return input.services.flatMap((service, at) => {
    const name = names.services[at] ?? `service_${at}`
    return [
      ...adoption(`${type}.${name}`, service.id, { ...service, existence: service.hasEntries ? 'found' : 'planned' }),
      comment(`${service.name}: ${service.host}`),
      block(
        'resource',
        [type, name],
        [attribute('service_id', text(service.id)), attribute('private_endpoint_ids', idsOf(service, input, names))],
      ),
    ]
  })
}

export function clickhouseProvider({ organizationId }: TerraformInput): Item {
  return block('provider', ['clickhouse'], [attribute('organization_id', text(organizationId))])
}

/** Variables for values that neither the request nor a provider knows. */
export function variables(input: TerraformInput): readonly Item[] {
  const { endpoint, services } = input
  const unknown = services.filter(({ otherIds }) => otherIds === undefined)
  const guid = block(
    'variable',
    ['private_endpoint_guid'],
    [
      attribute(
        'description',
        text(
          `The resourceGuid of the private endpoint ${endpoint.name}, which azurerm does not export: properties.resourceGuid in the JSON view of the Azure portal. Without it the endpoint is allowed by its Resource ID.`,
        ),
      ),
      attribute('type', code('string')),
      attribute('default', code('null')),
    ],
  )
  const others = block(
    'variable',
    ['other_private_endpoint_ids'],
    [
      attribute(
        'description',
        text(
          `By service id, the other ids on the allow list. Terraform manages the whole list: what is missing here loses access. Services: ${unknown.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
        ),
      ),
      attribute('type', code('map(list(string))')),
    ],
  )
  return [...(endpoint.guid === undefined && !listsById(input) ? [guid] : []), ...(unknown.length === 0 ? [] : [others])]
}

/** Whether the configuration lists endpoints by Resource ID: with the other form Terraform would replace the entry. */
function listsById({ network }: TerraformInput): boolean {
  return network.endpoints?.listAs === 'resource-id'
}

function idsOf({ id, otherIds }: ExportedService, input: TerraformInput, names: Names): Value {
  const resourceId = code(`azurerm_private_endpoint.${names.endpoint}.id`)
  const { guid } = input.endpoint
  const byGuid = guid === undefined ? call('coalesce', code('var.private_endpoint_guid'), resourceId) : text(guid)
  const own = listsById(input) ? resourceId : byGuid
  const listed = list([own, ...(otherIds ?? []).map(text)])
  return otherIds === undefined ? call('concat', listed, element('var.other_private_endpoint_ids', id)) : listed
}
