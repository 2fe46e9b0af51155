import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import { createSecureContext, createServer as createTlsServer } from 'node:tls'
import type { Authority } from '../certificates.ts'
import { httpsPort, nativePort } from './addresses.ts'

/** A native client that says nothing is dropped; long enough for any probe to have judged before. */
const nativeIdleMs = 10_000

/** Takes a connection whose ClientHello is still unread. */
export type Take = (socket: Socket) => void

/**
 * What ClickHouse itself answers on its two TLS ports. Neither server listens: the private link hands them the connections that it lets through.
 * Certificates are `*.<zone>`, as the vendor's are, so one serves all services of a region.
 */
export function clickhousePorts(authority: Authority): Record<typeof httpsPort | typeof nativePort, Take> {
  const contexts = new Map<string, Promise<SecureContext>>()
  const contextFor = (host: string) => {
    const name = `*.${host.slice(host.indexOf('.') + 1)}`
    const known = contexts.get(name) ?? authority.issue({ names: [name] }).then((pair) => createSecureContext(pair))
    contexts.set(name, known)
    return known
  }
  const options = {
    SNICallback: (host: string, done: (error: Error | null, context?: SecureContext) => void) => {
      contextFor(host.toLowerCase()).then(
        (context) => done(null, context),
        (error) => done(error),
      )
    },
  }
  const https = createHttpsServer(options, answerHttp)
  const native = createTlsServer(options, answerNative)
  return {
    [httpsPort]: (socket) => https.emit('connection', socket),
    [nativePort]: (socket) => native.emit('connection', socket),
  }
}

function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
  const send = (status: number, text: string) =>
    response.writeHead(status, { 'Content-Type': 'text/html; charset=UTF-8', Connection: 'Keep-Alive' }).end(text)
  if (request.method === 'GET' && (pathname === '/ping' || (pathname === '/' && searchParams.size === 0))) send(200, 'Ok.\n')
  else if (pathname === '/') {
    send(
      401,
      'Code: 516. DB::Exception: default: Authentication failed: password is incorrect, or there is no user with such name.\n',
    )
  } else
    send(
      404,
      `There is no handle ${pathname}\n\nUse / or /ping for health checks.\nSend queries from your program with POST method or GET /?query=...\n`,
    )
}

/** An HTTP request is told where to go, everything else is met with silence: the native protocol is not simulated. */
function answerNative(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(nativeIdleMs, () => socket.destroy())
  socket.once('data', (first) => {
    if (!/^(GET|POST|HEAD|PUT|OPTIONS) /.test(first.toString('latin1'))) return
    const words = `Port ${nativePort} is for clickhouse-client program\r\n\r\nYou must use port ${httpsPort} for HTTPS.\r\n`
    socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${words}`)
  })
}
