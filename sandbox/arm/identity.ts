import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { World } from '../world.ts'
import type { Incoming, Reply } from './exchange.ts'
import { exchange } from './exchange.ts'
import { listen } from './listen.ts'
import type { Timers } from './timers.ts'
import type { Tokens } from './tokens.ts'

const apiVersion = '2019-08-01'
const audience = 'https://management.azure.com'

export interface Identity {
  /** For `IDENTITY_ENDPOINT`. */
  readonly endpoint: string
  /** For `IDENTITY_HEADER`: the secret that only the process in its own host knows. */
  readonly header: string
}

/**
 * A managed identity as App Service and Container Apps offer it: plain HTTP on loopback, guarded by a secret header. With these two variables set,
 * `DefaultAzureCredential` needs nothing else.
 */
export async function startIdentity(
  world: World,
  tokens: Tokens,
  timers: Timers,
): Promise<{ identity: Identity; server: Server }> {
  const header = randomBytes(16).toString('hex').toUpperCase()
  const respond = (incoming: Incoming) => issueToken(incoming, header, tokens)
  const server = createServer(exchange({ world, vendor: 'identity', timers, respond }))
  const port = await listen(server)
  return { identity: { endpoint: `http://127.0.0.1:${port}/msi/token`, header }, server }
}

function issueToken({ method, url, headers }: Incoming, secret: string, tokens: Tokens): Reply {
  if (url.pathname !== '/msi/token') return refuse(404, 'No such path.')
  if (method !== 'GET') return refuse(405, 'Only GET.')
  if (headers['x-identity-header'] !== secret) return refuse(401, 'The X-IDENTITY-HEADER is missing or wrong.')
  if (url.searchParams.get('api-version') !== apiVersion) return refuse(400, `The api-version must be ${apiVersion}.`)
  const resource = url.searchParams.get('resource')
  if (!resource) return refuse(400, 'The resource parameter is missing.')
  if (resource.replace(/\/$/, '') !== audience) return refuse(400, `The resource principal named ${resource} was not found.`)
  const { token, expiresAt } = tokens.issue()
  const client = url.searchParams.get('client_id')
  return {
    status: 200,
    body: {
      access_token: token,
      // Seconds, and a string: so the platform's own answers have it.
      expires_on: String(Math.floor(expiresAt / 1000)),
      resource,
      token_type: 'Bearer',
      ...(client && { client_id: client }),
    },
  }
}

function refuse(statusCode: number, message: string): Reply {
  return { status: statusCode, body: { statusCode, message, correlationId: crypto.randomUUID() } }
}
