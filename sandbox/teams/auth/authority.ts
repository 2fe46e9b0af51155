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

/** Of the machine that the bot runs on. */
export const identityHeader = 'sandbox-teams-identity'

/** A user-assigned managed identity, as App Service offers it. https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
export function answerManagedIdentity(
  { tenant }: Directory,
  tokens: AccessTokens,
  query: URLSearchParams,
  header: string | string[] | undefined,
): { readonly status: number; readonly body: unknown } {
  const audience = audiences.find((each) => query.get('resource') === each)
  if (header !== identityHeader || query.get('client_id') !== tenant.appId || audience === undefined)
    return { status: 400, body: { statusCode: 400, message: 'No such identity, or no such resource' } }
  const { access_token, expires_in, token_type } = tokens.give(audience)
  const expires_on = String(Math.floor(Date.now() / 1_000) + expires_in)
  return { status: 200, body: { access_token, expires_on, resource: audience, token_type, client_id: tenant.appId } }
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
