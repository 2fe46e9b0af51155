import { DefaultAzureCredential, type TokenCredential } from '@azure/identity'

/**
 * Whatever identity the process has. An authority of one's own (`AZURE_AUTHORITY_HOST`) is trusted: the library would else ask the public cloud about it,
 * which knows nothing of a private one, and may not be reached.
 */
export function azureCredential({ ownAuthority }: { readonly ownAuthority: boolean }): TokenCredential {
  return new DefaultAzureCredential({ disableInstanceDiscovery: ownAuthority })
}
