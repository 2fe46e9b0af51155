import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server as PlainServer,
  type RequestListener,
} from 'node:http'
import { createServer, type Server } from 'node:https'
import { beginCall, endCall, type World } from '../world.ts'
import type { Backend } from './api/backend.ts'
import { ConnectorError } from './api/connector-error.ts'
import * as conversations from './api/conversations.ts'
import * as graph from './api/graph.ts'
import { answerManagedIdentity, answerToken, authorityMetadata } from './auth/authority.ts'
import { issuer } from './auth/signing.ts'
import { isObject, type JsonObject } from './json.ts'

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly bytes: Buffer
  readonly authorization: string | undefined
  readonly identityHeader: string | string[] | undefined
}

/** Connector, token authority, OpenID metadata, Graph and the place for uploads, on one port. `world`: whose log of calls these are in. */
export function createTeamsServer(
  backend: Backend,
  certificate: { readonly cert: string; readonly key: string } | undefined,
  world: World | undefined,
): Server | PlainServer {
  const listener: RequestListener = (request, response) => {
    const call = world && beginCall(world, 'teams', request.method ?? 'GET', request.url ?? '/')
    respond(backend, request)
      .catch((): Answer => ({ status: 500 }))
      .then(({ status, body, headers = {} }) => {
        if (call !== undefined) endCall(call, status)
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        response.end(body === undefined ? undefined : JSON.stringify(body))
      })
  }
  return certificate === undefined ? createPlainServer(listener) : createServer(certificate, listener)
}

async function respond(backend: Backend, request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const url = new URL(request.url ?? '/', backend.origin())
  const call: Call = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    bytes: Buffer.concat(chunks),
    authorization: request.headers.authorization,
    identityHeader: request.headers['x-identity-header'],
  }
  try {
    const answer = route(backend, call)
    const isLost = call.path.startsWith('/teams/v3/') && backend.faults.loses(call)
    return isLost ? { status: 502, body: new ConnectorError(502, 'BadGateway').body } : answer
  } catch (error) {
    if (error instanceof ConnectorError) return { status: error.status, body: error.body, headers: error.headers }
    throw error
  }
}

function route(backend: Backend, call: Call): Answer {
  const { path, method } = call
  const { tenantId } = backend.directory.tenant
  if (path.startsWith('/teams/v3/')) return connector(backend, call)
  if (path.startsWith('/graph/v1.0/')) return graphCall(backend, call)
  if (path === '/openid/.well-known/openidconfiguration')
    return {
      status: 200,
      body: { issuer, jwks_uri: `${backend.origin()}/openid/keys`, id_token_signing_alg_values_supported: ['RS256'] },
    }
  if (path === '/openid/keys') return { status: 200, body: backend.signing.keys }
  if (path === `/${tenantId}/v2.0/.well-known/openid-configuration`)
    return { status: 200, body: authorityMetadata(backend.origin(), tenantId) }
  if (path === '/msi/token' && method === 'GET')
    return answerManagedIdentity(backend.directory, backend.tokens, call.query, call.identityHeader)
  if (path === `/${tenantId}/oauth2/v2.0/token` && method === 'POST')
    return answerToken(backend.directory, backend.tokens, new URLSearchParams(call.bytes.toString()))
  const file = backend.store.files.find(({ address }) => address === path)
  if (file !== undefined && method === 'PUT') {
    const { length } = call.bytes
    file.content = call.bytes
    backend.store.changed()
    return { status: 201, body: { size: length } }
  }
  return { status: 404, body: { error: { code: 'NotFound', message: path } } }
}

function connector(backend: Backend, call: Call): Answer {
  const { method, path, query } = call
  backend.tokens.check(call.authorization, 'https://api.botframework.com')
  const fault = backend.faults.next({ method, path })
  if (fault !== undefined) throw fault
  const [, , , , conversation = '', part = '', id = ''] = path.split('/').map(decodeURIComponent)
  const shape = `${method} ${[conversation && '{conversation}', part, id && '{id}'].filter((each) => each !== '').join('/')}`
  switch (shape) {
    case 'POST ':
      return { status: 201, body: conversations.create(backend, bodyOf(call)) }
    case 'POST {conversation}/activities': {
      const message = conversations.post(backend, conversation, bodyOf(call), query.get('isTargetedActivity') === 'true')
      return { status: 201, body: { id: message.id } }
    }
    case 'POST {conversation}/activities/{id}':
      return { status: 201, body: { id: conversations.post(backend, conversation, bodyOf(call)).id } }
    case 'PUT {conversation}/activities/{id}':
      return { status: 200, body: { id: conversations.update(backend, conversation, id, bodyOf(call)).id } }
    case 'DELETE {conversation}/activities/{id}':
      conversations.remove(backend, conversation, id)
      return { status: 200 }
    case 'GET {conversation}/members/{id}':
      return { status: 200, body: conversations.member(backend, conversation, id) }
    case 'GET {conversation}/pagedmembers':
      return { status: 200, body: conversations.members(backend, conversation, query) }
    default:
      throw new ConnectorError(405, 'MethodNotAllowed', shape)
  }
}

function graphCall(backend: Backend, call: Call): Answer {
  backend.tokens.check(call.authorization, 'https://graph.microsoft.com')
  const [, , , kind, id = '', what] = call.path.split('/').map(decodeURIComponent)
  if (call.method === 'POST' && kind === 'users' && what === 'checkMemberGroups')
    return { status: 200, body: graph.checkMemberGroups(backend, id, bodyOf(call)) }
  if (call.method === 'GET' && kind === 'users' && what === undefined) return { status: 200, body: graph.user(backend, id) }
  if (call.method === 'GET' && kind === 'groups' && what === 'transitiveMembers')
    return { status: 200, body: graph.transitiveMembers(backend, id, call.query) }
  throw new ConnectorError(404, 'ResourceNotFound', call.path)
}

function bodyOf({ bytes }: Call): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString())
    if (isObject(body)) return body
  } catch {
    // Told below.
  }
  throw new ConnectorError(400, 'BadSyntax', 'The body is no JSON object')
}
