import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { SecureContext } from 'node:tls'
import type { PingResult } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'
import type { Check } from '../check.ts'
import { elapsedSince } from '../elapsed.ts'
import { failureOf, timeoutFailure } from '../failure.ts'

const timeoutMs = 5_000
/** Of the body at most this much is read, in bytes. A service says `Ok.`; anything else needs only to be recognized. */
const maxBody = 1_024

/**
 * `GET /ping` of the same address over a verified connection: the only proof that the service itself answers. Sends no credentials and follows
 * nothing. `dial` is another port to dial in place of 8443, for tests.
 */
export function pingCheck(trust: SecureContext, dial = 8443): Check<'ping'> {
  return {
    id: 'ping',
    needs: ['address', 'tls:8443'],
    deadlineMs: timeoutMs + 500,
    async run({ host }, soFar, signal) {
      const dialled = soFar.address?.dialled
      return dialled === undefined || soFar['tls:8443']?.verified !== true
        ? undefined
        : await ping(dialled, dial, host, trust, signal)
    },
  }
}

type Outcome = Omit<PingResult, 'elapsedMs'>

async function ping(address: string, port: number, host: string, trust: SecureContext, signal: AbortSignal): Promise<PingResult> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  // Not written in the call: the types of `request` do not know `secureContext`, which it hands on to `tls.connect`.
  const options = {
    host: address,
    port,
    servername: host,
    secureContext: trust,
    rejectUnauthorized: true,
    agent: false,
    maxHeaderSize: 8_192,
    path: '/ping',
    headers: { host: `${host}:8443`, 'user-agent': 'privatelink-bot' },
    signal,
  }
  const call = request(options)
  const timer = setTimeout(() => resolve({ failure: timeoutFailure('read', timeoutMs) }), timeoutMs)
  call.on('response', (response) => readBody(response).then(resolve))
  call.on('error', (error) => resolve({ failure: failureOf(error) }))
  call.end()
  try {
    return { ...(await promise), elapsedMs: elapsedSince(startedAt) }
  } finally {
    clearTimeout(timer)
    call.destroy()
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
