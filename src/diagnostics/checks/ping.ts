import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Failure, PingResult } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'
import { request } from '../../node-http.ts'
import type { Check } from '../check.ts'
import { failureOf, timeoutFailure } from '../connection/failure.ts'
import type { Connections } from '../connection/open-connections.ts'
import { elapsedSince } from '../elapsed.ts'

const timeoutMs = 2_500
/** How much of the body is read at most, in bytes. A service answers `Ok.`; of anything else the beginning is enough. */
const maxBody = 1_024

/**
 * Sends `GET /ping` over the connection that the TLS check has verified. Only its answer shows that the service itself works. Sends no credentials and
 * follows no redirect.
 */
export function pingCheck(connections: Connections): Check<'ping'> {
  return {
    id: 'ping',
    needs: ['tls:8443'],
    deadlineMs: timeoutMs + 500,
    run(target) {
      const tls = target.quiet === true ? undefined : connections.take(target, 8443)?.tls
      return tls === undefined ? undefined : (signal) => ping(tls, target.host, signal)
    },
  }
}

type Outcome = Omit<PingResult, 'elapsedMs'>

async function ping(tls: TLSSocket, host: string, signal: AbortSignal): Promise<PingResult> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  // Plain HTTP on a TLS socket: the connection is encrypted and verified already.
  const call = request({
    createConnection: () => tls,
    maxHeaderSize: 8_192,
    path: '/ping',
    headers: { host: `${host}:8443`, 'user-agent': 'privatelink-bot', connection: 'close' },
  })
  let answer: Answer | undefined
  const fail = (failure: Failure) => resolve({ ...answer?.soFar(), failure })
  const stop = () => fail(timeoutFailure('read', elapsedSince(startedAt)))
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(stop, timeoutMs)
  call.on('response', (response) => {
    answer = answerOf(response)
    answer.whole.then(
      () => resolve(answer?.soFar() ?? {}),
      (error) => fail(failureOf(error)),
    )
  })
  call.on('error', (error) => fail(failureOf(error)))
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

interface Answer {
  /** The status and the part of the body that has arrived, also when the answer breaks off or takes too long. */
  soFar(): Outcome
  /** Resolves when the body has ended or `maxBody` bytes have arrived. */
  readonly whole: Promise<void>
}

function answerOf(response: IncomingMessage): Answer {
  const { statusCode: status } = response
  const chunks: Buffer[] = []
  const read = async () => {
    let length = 0
    for await (const chunk of response) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= maxBody) break
    }
  }
  return {
    soFar: () => ({
      ...(status !== undefined && { status }),
      body: cleanText(Buffer.concat(chunks).subarray(0, maxBody).toString('utf8'), maxBody),
    }),
    whole: read(),
  }
}
