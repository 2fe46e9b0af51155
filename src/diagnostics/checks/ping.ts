import { type IncomingMessage, request } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { PingResult } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'
import type { Check } from '../check.ts'
import type { Connections } from '../connections.ts'
import { elapsedSince } from '../elapsed.ts'
import { failureOf, timeoutFailure } from '../failure.ts'

const timeoutMs = 2_500
/** Of the body at most this much is read, in bytes. A service says `Ok.`; anything else needs only to be recognized. */
const maxBody = 1_024

/**
 * `GET /ping` over the connection that the TLS check has verified: the only proof that the service itself answers. Sends no credentials and follows
 * nothing.
 */
export function pingCheck(connections: Connections): Check<'ping'> {
  return {
    id: 'ping',
    needs: ['tls:8443'],
    deadlineMs: timeoutMs + 500,
    async run(target, _soFar, signal) {
      const tls = connections.take(target, 8443)?.tls
      return tls === undefined || target.quiet === true ? undefined : await ping(tls, target.host, signal)
    },
  }
}

type Outcome = Omit<PingResult, 'elapsedMs'>

async function ping(tls: TLSSocket, host: string, signal: AbortSignal): Promise<PingResult> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  // The connection is encrypted and verified already, so plain HTTP goes over it.
  const call = request({
    createConnection: () => tls,
    maxHeaderSize: 8_192,
    path: '/ping',
    headers: { host: `${host}:8443`, 'user-agent': 'privatelink-bot', connection: 'close' },
  })
  const stop = () => call.destroy()
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => resolve({ failure: timeoutFailure('read', timeoutMs) }), timeoutMs)
  call.on('response', (response) => readBody(response).then(resolve))
  call.on('error', (error) => resolve({ failure: failureOf(error) }))
  call.end()
  try {
    return { ...(await promise), elapsedMs: elapsedSince(startedAt) }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    call.destroy()
    tls.destroy()
  }
}

/** A body that breaks off keeps its status and what arrived: enough to recognize who answered. */
async function readBody(response: IncomingMessage): Promise<Outcome> {
  const { statusCode: status } = response
  const answered = status === undefined ? {} : { status }
  const chunks: Buffer[] = []
  let length = 0
  const body = () => cleanText(Buffer.concat(chunks).subarray(0, maxBody).toString('utf8'), maxBody)
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= maxBody) break
    }
    return { ...answered, body: body() }
  } catch (error) {
    return { ...answered, body: body(), failure: failureOf(error) }
  }
}
