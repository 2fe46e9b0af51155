import type { Directory } from '../directory.ts'
import type { AccessTokens, Audience } from './access-tokens.ts'

/** The tenant's token endpoint, by client credentials. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export function answerToken(
  { tenant }: Directory,
  tokens: AccessTokens,
  form: URLSearchParams,
): { readonly status: number; readonly body: unknown } {
  const refuse = (error: string, description: string) => ({
    status: error === 'invalid_client' ? 401 : 400,
    body: { error, error_description: description },
  })
  if (form.get('grant_type') !== 'client_credentials') return refuse('unsupported_grant_type', 'AADSTS70003')
  if (form.get('client_id') !== tenant.appId || form.get('client_secret') !== tenant.appPassword)
    return refuse('invalid_client', 'AADSTS7000215: Invalid client secret provided.')
  const audience = audiences.find((each) => form.get('scope')?.split(' ').includes(`${each}/.default`))
  if (audience === undefined) return refuse('invalid_scope', 'AADSTS70011')
  return { status: 200, body: tokens.give(audience) }
}

const audiences: readonly Audience[] = ['https://api.botframework.com', 'https://graph.microsoft.com']

/** What clients ask an authority for before its first token. */
export function authorityMetadata(origin: string, tenantId: string): unknown {
  const base = `${origin}/${tenantId}`
  return {
    issuer: `${base}/v2.0`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}
