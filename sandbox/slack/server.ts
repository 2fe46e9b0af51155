import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { World } from '../world.ts'
import { beginCall, endCall } from '../world.ts'
import { upload } from './api/files.ts'
import type { Answer, Backend } from './api/method.ts'
import { callMethod } from './api/methods.ts'
import { respond } from './api/response-url.ts'
import type { JsonObject } from './json.ts'
import { isObject, parseJson } from './json.ts'

/** Slack's end of the wire: the Web API below `/api/`, and the `response_url`s on paths of their own. */
export function createSlackServer(world: World, backend: Backend): Server {
  const server = createServer((request, response) => {
    handle(world, backend, request, response).catch((error: unknown) => {
      if (!response.headersSent)
        send(response, { status: 500, body: { ok: false, error: 'internal_error', detail: String(error) } })
    })
  })
  server.on('upgrade', (request, socket) => backend.connections.upgrade(request, socket))
  return server
}

async function handle(world: World, backend: Backend, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await readBytes(request)
  const text = bytes.toString('utf8')
  const path = request.url ?? '/'
  const call = beginCall(world, 'slack', request.method ?? '', path)
  const answer = await answered(world, backend, call, { request, path, text, bytes })
  endCall(call, answer.status)
  send(response, answer)
}

type Call = ReturnType<typeof beginCall>

async function answered(world: World, backend: Backend, call: Call, received: Received): Promise<Answer> {
  const before = await world.gate(call, 'arrived')
  if (before) return before
  const answer = route(backend, received)
  return (await world.gate(call, 'answered')) ?? answer
}

interface Received {
  readonly request: IncomingMessage
  readonly path: string
  readonly text: string
  readonly bytes: Buffer
}

function route(backend: Backend, { request, path, text, bytes }: Received): Answer {
  if (request.method !== 'POST') return { status: 405, body: { ok: false, error: 'invalid_method' } }
  const { pathname } = new URL(path, 'http://localhost')
  if (pathname.startsWith('/upload/')) return upload(backend, pathname, request.headers['content-type'] ?? '', bytes)
  if (!pathname.startsWith('/api/')) return respond(backend, pathname, isJson(request) ? parseJson(text) : undefined)
  const args = isJson(request) ? parseJson(text) : Object.fromEntries(new URLSearchParams(text))
  if (!isObject(args)) return { status: 200, body: { ok: false, error: 'invalid_json' } }
  return callMethod(backend, pathname.slice('/api/'.length), tokenOf(request, args), args)
}

/** A header, or, as older clients do, a field of the form; never a field of a JSON body. */
function tokenOf(request: IncomingMessage, args: JsonObject): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const field = !isJson(request) && typeof args.token === 'string' ? args.token : undefined
  return bearer ?? field
}

function isJson(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/json')
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}
