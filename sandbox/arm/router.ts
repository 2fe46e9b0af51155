import type { IncomingHttpHeaders } from 'node:http'
import { ArmError } from './errors.ts'
import type { Incoming, Reply } from './exchange.ts'

export interface ArmRequest {
  readonly apiVersion: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown
  /** The id of the resource asked for: the route's spelling of types, the caller's of names. */
  readonly id: string
  /** Path and query as they came. */
  readonly target: string
  /** A part of the path by its name in the route's template, decoded. */
  param(name: string): string
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Literal segments match without case; `{name}` matches any one segment. */
  readonly template: string
  /** The versions that the provider knows; any date when absent. */
  readonly apiVersions?: readonly string[]
  readonly handle: (request: ArmRequest) => Reply | Promise<Reply>
}

/** Of `Microsoft.Network/privateDnsZones` and what belongs to it. */
export const dnsApiVersions = ['2018-09-01', '2020-01-01', '2020-06-01', '2024-06-01']

export interface Match {
  readonly route: Route
  readonly params: ReadonlyMap<string, string>
}

/** @throws ArmError 404 for a path that no route has, 405 for a method that the path does not have. */
export function match(routes: readonly Route[], { method, url }: Incoming): Match {
  const segments = url.pathname.replace(/\/$/, '').split('/').map(decode)
  const found = routes.flatMap((route) => {
    const params = paramsOf(route, segments)
    return params ? [{ route, params }] : []
  })
  const hit = found.find(({ route }) => route.method === method)
  if (hit) return hit
  if (found.length > 0) {
    throw new ArmError(405, 'MethodNotAllowed', `The HTTP method '${method}' is not supported for this resource.`)
  }
  const [, , , ...rest] = segments
  const provider = rest[rest.findIndex((segment) => segment.toLowerCase() === 'providers') + 1] ?? ''
  if (provider.toLowerCase() !== 'microsoft.network') {
    throw new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${provider}' is invalid.`)
  }
  const version = url.searchParams.get('api-version')
  throw new ArmError(
    404,
    'InvalidResourceType',
    `The resource type could not be found in the namespace 'Microsoft.Network' for api version '${version}'.`,
  )
}

function paramsOf({ template }: Route, segments: readonly string[]): Map<string, string> | undefined {
  const parts = template.split('/')
  if (parts.length !== segments.length) return undefined
  const params = new Map<string, string>()
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name) params.set(name, segment)
    if (name ? segment === '' : part.toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return params
}

/** @throws ArmError 400 when the version or the body is missing or makes no sense. */
export function toRequest({ route, params }: Match, { url, headers, text }: Incoming): ArmRequest {
  const param = (name: string) => {
    const value = params.get(name)
    if (value === undefined) throw new Error(`${route.template} has no {${name}}`)
    return value
  }
  return {
    apiVersion: apiVersionOf(url, route.apiVersions),
    query: url.searchParams,
    headers,
    body: parse(text, headers['content-type']),
    id: route.template.replaceAll(/\{(\w+)\}/g, (_, name: string) => param(name)),
    target: `${url.pathname}${url.search}`,
    param,
  }
}

function apiVersionOf(url: URL, known: readonly string[] | undefined): string {
  const version = url.searchParams.get('api-version')
  if (!version) {
    throw new ArmError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    )
  }
  if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(version)) {
    throw new ArmError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.`)
  }
  if (known && !known.includes(version)) {
    throw new ArmError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for API version '${version}'. The supported api-versions are '${known.join(', ')}'.`,
    )
  }
  return version
}

function parse(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined
  if (!/^application\/json\b/i.test(contentType ?? '')) {
    throw new ArmError(
      415,
      'UnsupportedMediaType',
      `The content media type '${contentType}' is not supported. Only 'application/json' is.`,
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ArmError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: '${String(error)}'.`,
    )
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
