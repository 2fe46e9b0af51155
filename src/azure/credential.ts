import { DefaultAzureCredential, type TokenCredential } from '@azure/identity'

/**
 * The identity of this process, found as `DefaultAzureCredential` does. `ownAuthority` says that `AZURE_AUTHORITY_HOST` is set: then the library does not
 * ask the public cloud whether that authority exists, because the public cloud does not know a private one and may not be reachable.
 */
export function azureCredential({ ownAuthority }: { readonly ownAuthority: boolean }): TokenCredential {
  return new DefaultAzureCredential({ disableInstanceDiscovery: ownAuthority })
}
