import { NetworkManagementClient } from '@azure/arm-network'
import type { TokenCredential } from '@azure/identity'
import { z } from 'zod'
import { type AroundCall, plainCall } from '../domain/cloud-call.ts'
import { TerminalError } from '../domain/errors.ts'
import type { Permission } from '../domain/permissions.ts'
import type { Network } from '../domain/target.ts'
import { watchSending } from './call-watch.ts'
import { translating } from './network.ts'

export interface VirtualNetworkFacts {
  readonly location: string
  /** Names of the subnets; absent when Azure's answer has none. */
  readonly subnets?: readonly string[]
}

/** Reads what a preflight needs before anything is written. All errors are `TerminalError` or `RetryableError`. */
export interface AzureAccess {
  /**
   * The permissions that the caller's roles give on a resource group or resource, inherited ones included. An empty list when Azure reports none.
   * Source: Microsoft.Authorization/permissions, api-version 2022-04-01.
   */
  permissions(scope: string, signal: AbortSignal): Promise<readonly Permission[]>
  /** Throws `ResourceNotFound` when there is no such VNet. */
  virtualNetwork(network: Network, signal: AbortSignal): Promise<VirtualNetworkFacts>
  /**
   * The policies that would refuse to make this resource, by the names of their assignments. Reading them needs `Microsoft.PolicyInsights/checkPolicyRestrictions/read`.
   * Source: Check Policy Restrictions at resource group scope, api-version 2022-03-01.
   */
  refusingPolicies(resource: WantedResource, signal: AbortSignal): Promise<readonly RefusingPolicy[]>
  /** Whether a private endpoint of the network may ask for a connection to the alias. */
  sees(network: Network, alias: string, signal: AbortSignal): Promise<boolean>
}

/** A resource that is to be made. */
export interface WantedResource {
  readonly subscription: string
  readonly resourceGroup: string
  /** e.g. `Microsoft.Network/privateDnsZones` */
  readonly type: string
  readonly name: string
  readonly location: string
  readonly tags: Readonly<Record<string, string>>
  /** Of the resource's provider. */
  readonly apiVersion: string
}

export interface RefusingPolicy {
  readonly name: string
  /** Where it is assigned. */
  readonly scope: string
  /** The policy's own words, where it has some. */
  readonly reason?: string
}

/** The token scope of the other clients. Without it this client would ask for a token for its endpoint's URL. */
const credentialScopes = 'https://management.azure.com/.default'

/** Resolves when the identity has got a token. Throws a `TerminalError` or a `RetryableError`. */
export async function signIn(credential: TokenCredential, signal: AbortSignal): Promise<void> {
  await translating('sign in', async () => await credential.getToken(credentialScopes, { abortSignal: signal }))
}

export function azureAccess(credential: TokenCredential, url: string, around: AroundCall = plainCall): AzureAccess {
  const networkOf = (subscription: string): NetworkManagementClient => {
    const client = new NetworkManagementClient(credential, subscription, { endpoint: url })
    watchSending(client, around)
    return client
  }
  return {
    async permissions(scope, signal) {
      return await translating(`list the permissions on ${scope}`, async () => {
        const { AuthorizationManagementClient } = await import('@azure/arm-authorization')
        const found: Permission[] = []
        const [, subscription = '', resourceGroup = '', provider, rest = ''] =
          /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+)\/(.+))?$/i.exec(scope) ?? []
        const client = new AuthorizationManagementClient(credential, subscription, { endpoint: url, credentialScopes })
        watchSending(client, around)
        // For a resource without a parent the SDK writes `provider//type/name`, and Azure does not accept an empty segment.
        client.pipeline.addPolicy({
          name: 'withoutEmptySegment',
          async sendRequest(request, next) {
            request.url = request.url.replace(`/providers/${provider}//`, `/providers/${provider}/`)
            return await next(request)
          },
        })
        const { permissions } = client
        const options = { abortSignal: signal }
        const parts = rest.split('/')
        const parent = parts.slice(0, -2).join('/')
        const [type = '', name = ''] = parts.slice(-2)
        const listed =
          provider === undefined
            ? permissions.listForResourceGroup(resourceGroup, options)
            : permissions.listForResource(resourceGroup, provider, parent, type, name, options)
        for await (const { actions = [], notActions = [] } of listed) found.push({ actions, notActions })
        return found
      })
    },

    async virtualNetwork({ subscription, resourceGroup, vnet }, signal) {
      return await translating(`read the virtual network ${vnet}`, async () => {
        const client = networkOf(subscription)
        const { location = '', subnets } = await client.virtualNetworks.get(resourceGroup, vnet, { abortSignal: signal })
        return { location, ...(subnets !== undefined && { subnets: subnets.flatMap(({ name }) => name ?? []) }) }
      })
    },

    async refusingPolicies({ subscription, resourceGroup, apiVersion, ...content }, signal) {
      const place = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.PolicyInsights`
      const token = await credential.getToken(credentialScopes, { abortSignal: signal })
      const response = await fetch(`${url}${place}/checkPolicyRestrictions?api-version=2022-03-01`, {
        method: 'POST',
        signal,
        headers: { authorization: `Bearer ${token?.token ?? ''}`, 'content-type': 'application/json' },
        body: JSON.stringify({ resourceDetails: { resourceContent: content, apiVersion } }),
      })
      if (!response.ok) {
        throw new TerminalError('policies-unread', `Azure did not check its policies (HTTP ${response.status}).`, {
          remedy: 'Give the bot’s identity Microsoft.PolicyInsights/checkPolicyRestrictions/read on the resource group.',
        })
      }
      return refusalsIn(restrictions.parse(await response.json()))
    },

    async sees({ subscription, resourceGroup, location }, alias, signal) {
      return await translating('check whether the alias is visible', async () => {
        const { privateLinkServices } = networkOf(subscription)
        const asked = { privateLinkServiceAlias: alias }
        const options = { abortSignal: signal }
        const { visible } = await privateLinkServices
          .checkPrivateLinkServiceVisibility(location, asked, options)
          .catch(async (error: unknown) => {
            // With a role on the resource group alone, this may be asked only there.
            const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined
            if (status !== 403 && status !== 404) throw error
            return await privateLinkServices.checkPrivateLinkServiceVisibilityByResourceGroup(
              resourceGroup,
              location,
              asked,
              options,
            )
          })
        return visible === true
      })
    },
  }
}

const restrictions = z.object({
  contentEvaluationResult: z
    .object({
      policyEvaluations: z
        .array(
          z.object({
            policyInfo: z.object({ policyAssignmentId: z.string().nullish() }).nullish(),
            evaluationResult: z.string().nullish(),
            evaluationDetails: z.object({ reason: z.string().nullish() }).nullish(),
            effectDetails: z.object({ policyEffect: z.string().nullish() }).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
})

function refusalsIn({ contentEvaluationResult }: z.infer<typeof restrictions>): readonly RefusingPolicy[] {
  const found = (contentEvaluationResult?.policyEvaluations ?? []).filter(
    ({ evaluationResult, effectDetails }) =>
      evaluationResult?.toLowerCase() === 'noncompliant' && effectDetails?.policyEffect?.toLowerCase() === 'deny',
  )
  return found.map(({ policyInfo, evaluationDetails }) => {
    const [scope = '', name = ''] = (policyInfo?.policyAssignmentId ?? '').split(
      /\/providers\/Microsoft\.Authorization\/policyAssignments\//i,
    )
    return { name, scope, ...(evaluationDetails?.reason && { reason: evaluationDetails.reason }) }
  })
}
