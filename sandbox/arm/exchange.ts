import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Call, World } from '../world.ts'
import { beginCall, endCall } from '../world.ts'
import type { Timers } from './timers.ts'

export interface Incoming {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Record<string, string>
  /** Sent as JSON; a string as it is; nothing when undefined. */
  readonly body?: unknown
}

interface Exchange {
  readonly world: World
  readonly vendor: Call['vendor']
  readonly timers: Timers
  readonly respond: (incoming: Incoming) => Reply | Promise<Reply>
}

/**
 * One call from socket to socket: logged, held at the world's gates before and after its effect, and slowed by the world's latency. A refusal on
 * arrival means that the call has no effect at all.
 */
export function exchange({ world, vendor, timers, respond }: Exchange): RequestListener {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET'
    const path = request.url ?? '/'
    const text = await readText(request)
    const call = beginCall(world, vendor, method, path)
    const refusal = await world.gate(call, 'arrived')
    if (refusal) return send(call, response, refusal)
    const incoming = { method, url: new URL(path, 'https://sandbox.invalid'), headers: request.headers, text }
    const reply = await respond(incoming)
    await timers.pause(world.latencies.arm)
    send(call, response, (await world.gate(call, 'answered')) ?? reply)
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A client that goes away in the middle of its own request is no fault of the simulator; anything else must be loud.
      if (request.destroyed || response.headersSent) return response.destroy()
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: 'InternalServerError', message: String(error) } }))
    })
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function send(call: Call, response: ServerResponse, { status, headers = {}, body }: Reply): void {
  endCall(call, status)
  if (body === undefined) return void response.writeHead(status, headers).end()
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
