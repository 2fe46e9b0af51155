import { z } from 'zod'
import type { PrivateEndpoint } from '../world.ts'
import { checkName, checkTags, envelope, parseBody, reference, requireLocation } from './body.ts'
import { ArmError } from './errors.ts'
import { networkOfSubnet } from './networks.ts'
import { customInterfaceName } from './private-endpoint-body.ts'
import { knownAlias } from './private-link-services.ts'
import { lastSegment, place, sameId, sameLocation, subnetOf } from './resource-id.ts'
import type { ArmRequest } from './router.ts'
import type { Arm } from './state.ts'

const connectionSchema = z.object({
  name: z.string().optional(),
  properties: z.object({
    privateLinkServiceId: z.string(),
    groupIds: z.array(z.string()).nullish(),
    requestMessage: z.string().nullish(),
  }),
})

/** Microsoft.Network refuses members that it does not know; read-only ones are let through and ignored. */
const schema = z.strictObject({
  ...envelope,
  extendedLocation: z.unknown().optional(),
  zones: z.unknown().optional(),
  properties: z.strictObject({
    subnet: reference.nullish(),
    manualPrivateLinkServiceConnections: z.array(connectionSchema).nullish(),
    privateLinkServiceConnections: z.array(connectionSchema).nullish(),
    applicationSecurityGroups: z.array(reference).nullish(),
    customNetworkInterfaceName: z.string().nullish(),
    ipConfigurations: z.array(z.unknown()).nullish(),
    customDnsConfigs: z.unknown().optional(),
    networkInterfaces: z.unknown().optional(),
    provisioningState: z.unknown().optional(),
    resourceGuid: z.unknown().optional(),
    ipVersionType: z.unknown().optional(),
    isIPv6EnabledPrivateEndpoint: z.unknown().optional(),
  }),
})

const requestMessageLimit = 140

/** A private endpoint as a caller wants it, found valid. */
export interface WantedEndpoint {
  readonly location: string
  readonly tags: Record<string, string>
  readonly subnetId: string
  readonly connectionName: string
  readonly alias: string
  readonly requestMessage: string
  readonly applicationSecurityGroups: string[]
  /** Empty: Azure names the interface. */
  readonly interfaceName: string
}

/** @throws ArmError 400, as Azure refuses it. */
export function readEndpoint(arm: Arm, request: ArmRequest): WantedEndpoint {
  const name = request.param('name')
  checkName(name, { min: 2, max: 64 })
  const { location: givenLocation, tags, properties } = parseBody(schema, request.body)
  const location = requireLocation(givenLocation)
  const subnetId = properties.subnet?.id
  if (!subnetId) throw invalid('MissingJsonReferenceId', "Value for reference id is missing. Path 'properties.subnet'.")
  checkSubnet(arm, request.id, subnetId, location)
  const manual = properties.manualPrivateLinkServiceConnections ?? []
  const automatic = properties.privateLinkServiceConnections ?? []
  const [connection, second] = [...manual, ...automatic]
  if (!connection || second) {
    throw invalid(
      'InvalidPrivateLinkServiceConnections',
      `Private endpoint ${request.id} must have exactly one private link service connection.`,
    )
  }
  const connectionName = connection.name ?? name
  const { privateLinkServiceId, requestMessage } = connection.properties
  if (automatic.length > 0 && !privateLinkServiceId.startsWith('/')) {
    throw invalidService(
      privateLinkServiceId,
      connectionName,
      'An alias cannot be approved automatically: use manualPrivateLinkServiceConnections.',
    )
  }
  const alias = knownAlias(arm.world, privateLinkServiceId)
  if (alias === undefined) throw invalidService(privateLinkServiceId, connectionName)
  if ((requestMessage ?? '').length > requestMessageLimit) {
    throw invalid(
      'InvalidRequestMessage',
      `The request message of connection ${connectionName} is over ${requestMessageLimit} characters.`,
    )
  }
  return {
    location: place(location),
    tags: checkTags(tags),
    subnetId,
    connectionName,
    alias,
    requestMessage: requestMessage ?? '',
    applicationSecurityGroups: (properties.applicationSecurityGroups ?? []).map(({ id }) => id),
    interfaceName: properties.customNetworkInterfaceName ?? '',
  }
}

/**
 * What makes an endpoint what it is cannot be changed afterwards.
 * @throws ArmError 400, or 409 for another location.
 */
export function checkUnchanged(existing: PrivateEndpoint, wanted: WantedEndpoint, group: string): void {
  const name = lastSegment(existing.id)
  if (!sameLocation(existing.location, wanted.location)) {
    throw new ArmError(
      409,
      'InvalidResourceLocation',
      `The resource '${name}' already exists in location '${existing.location}' in resource group '${group}'. A resource with the same name cannot be created in location '${wanted.location}'. Please select a new resource name.`,
    )
  }
  const changed = (what: string) =>
    invalid('PrivateEndpointCannotBeChanged', `The ${what} of private endpoint ${existing.id} cannot be changed.`)
  if (!sameId(existing.subnetId, wanted.subnetId)) throw changed('subnet')
  if (existing.alias !== wanted.alias || existing.connectionName !== wanted.connectionName)
    throw changed('private link service connection')
  if (wanted.interfaceName !== '' && wanted.interfaceName !== customInterfaceName(existing)) throw changed('network interface')
}

/** One and the same answer for a subnet that is missing and for one in another region. */
function checkSubnet(arm: Arm, endpointId: string, subnetId: string, location: string): void {
  const network = networkOfSubnet(arm, subnetId)
  if (network && sameLocation(network.location, location)) return
  const missing = network ? network.id : subnetOf(subnetId) ? subnetId : `'${subnetId}'`
  throw new ArmError(
    400,
    'InvalidResourceReference',
    `Resource ${missing} referenced by resource ${endpointId} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    { details: [{ code: 'NotFound', message: `Resource ${missing} not found.` }] },
  )
}

function invalidService(id: string, connection: string, why = ''): ArmError {
  const message = `Invalid private link service id: ${id} passed in private link service connection: ${connection} passed in input is invalid. ${why}`
  return new ArmError(400, 'InvalidPrivateLinkServiceId', message.trimEnd())
}

function invalid(code: string, message: string): ArmError {
  return new ArmError(400, 'InvalidRequestFormat', `Cannot parse the request. ${message}`, { details: [{ code, message }] })
}
