import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Closable, closable } from '../closable.ts'
import { createServer } from '../node-http.ts'

export type Route = (request: IncomingMessage, response: ServerResponse) => void

export interface HttpServer extends Closable {
  /** The port that the system chose, where `port` was 0. */
  readonly port: number
}

/** How long open requests may take to finish when the process stops, in milliseconds. */
const graceMs = 3_000

/** Connections at once; a chat uses a few. With the longest bodies of all of them the process still fits. */
const mostConnections = 256

/** Starts an HTTP server. Routes are keyed `METHOD /path`, folders `/path` with all that is below; other requests are answered with 404. */
export async function startHttpServer(
  { host, port }: { host: string; port: number },
  routes: Readonly<Record<string, Route>>,
  folders: Readonly<Record<string, Route>> = {},
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0]
    const route = routes[`${request.method} ${path}`] ?? folderOf(path, folders)
    if (route !== undefined) return route(request, response)
    notFound(response)
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  server.maxConnections = mostConnections
  server.listen({ host, port })
  await once(server, 'listening')
  const address = server.address()
  return {
    port: address === null || typeof address === 'string' ? port : address.port,
    ...closable(async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(late)
    }),
  }
}

/** Tells how long each answer took, in seconds, once it was sent. */
export function timed(route: Route, took: (seconds: number) => void): Route {
  return (request, response) => {
    const startedAt = performance.now()
    response.once('finish', () => took((performance.now() - startedAt) / 1_000))
    route(request, response)
  }
}

/** Answers only whoever asks from this machine; to others there is nothing. */
export function onlyLocal(route: Route): Route {
  return (request, response) => {
    const address = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
    if (address === '::1' || address.startsWith('127.')) return route(request, response)
    notFound(response)
  }
}

function folderOf(path: string | undefined, folders: Readonly<Record<string, Route>>): Route | undefined {
  return Object.entries(folders).find(([folder]) => path === folder || path?.startsWith(`${folder}/`))?.[1]
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n')
}
