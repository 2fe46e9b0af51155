import type { Socket } from 'node:net'
import { connect, createSecureContext, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import type { Failure, TlsResult } from '../../domain/diagnosis/evidence.ts'
import { zoneOf } from '../../domain/target.ts'
import { randomLabel } from '../dns/random-label.ts'
import { dial } from './dial.ts'
import { failureOf, timeoutFailure } from './failure.ts'

/** Further connections to a peer whose first connection failed, to find out the cause. */

export interface Peer {
  readonly address: string
  readonly port: number
  /** Sent as SNI. The certificate has to name it. */
  readonly host: string
}

export type FurtherHellos = Required<Pick<TlsResult, 'smallHello' | 'otherNameAnswered'>>

/** Makes a hello of one TCP segment: Node's default one holds a post-quantum key share, which alone is longer than a segment. */
const inSmall = createSecureContext({ ecdhCurve: 'X25519' })

/**
 * Tries three hellos: one of one segment; if that is answered, the usual one again, because size is the cause only when the usual one stays unanswered;
 * and the usual one with another name. All end within `timeoutMs`. Never rejects.
 */
export async function tryHellos(
  peer: Peer,
  usual: SecureContext,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<FurtherHellos> {
  const own = new AbortController()
  const stop = () => own.abort(ended)
  const timer = setTimeout(stop, timeoutMs)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const bySize = async (): Promise<FurtherHellos['smallHello']> => {
    const small = await hello(peer, inSmall, timeoutMs, own.signal)
    if (!small.answered) return small
    return { ...small, usualAnswered: (await hello(peer, usual, timeoutMs, own.signal)).answered }
  }
  const stranger = { ...peer, host: `${randomLabel()}.${zoneOf(peer.host)}` }
  try {
    const [smallHello, other] = await Promise.all([bySize(), hello(stranger, usual, timeoutMs, own.signal)])
    return { smallHello, otherNameAnswered: other.answered }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** The reason with which these attempts are aborted. */
const ended = new Error('There is no time for further connections.')

/** Whether the peer answers a hello, with any message. */
async function hello(
  { address, port, host }: Peer,
  context: SecureContext,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ readonly answered: boolean; readonly failure?: Failure }> {
  const { socket, result } = await dial(address, port, signal)
  if (socket === undefined) return { answered: false, ...(result.failure !== undefined && { failure: result.failure }) }
  const { promise, resolve } = Promise.withResolvers<{ readonly answered: boolean; readonly failure?: Failure }>()
  const tls = secure(socket, host, context)
  const lost = (failure: Failure) => resolve({ answered: socket.bytesRead > 0, failure })
  const late = () => lost(timeoutFailure('read', timeoutMs))
  if (signal.aborted) late()
  signal.addEventListener('abort', late, { once: true })
  tls.once('secureConnect', () => resolve({ answered: true }))
  for (const each of [tls, socket]) each.on('error', (error) => lost(failureOf(error)))
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', late)
    tls.destroy()
    socket.destroy()
  }
}

/** Whether the peer resets a connection on which nothing is sent, within `watchMs` of its opening. */
export async function resetsUnasked({ address, port }: Peer, watchMs: number, signal: AbortSignal): Promise<boolean> {
  const { socket, result } = await dial(address, port, signal)
  if (socket === undefined) return result.failure?.code === 'ECONNRESET'
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const over = () => resolve(false)
  const timer = setTimeout(over, watchMs)
  if (signal.aborted) over()
  signal.addEventListener('abort', over, { once: true })
  socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNRESET'))
  socket.resume()
  const reset = await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', over)
  socket.destroy()
  return reset
}

/** Starts TLS over an open connection. Verifies nothing: the caller judges the certificate. */
export function secure(socket: Socket, host: string, secureContext: SecureContext): TLSSocket {
  const tls = connect({
    socket,
    servername: host,
    secureContext,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  // Node builds its legacy object of the chain for `checkServerIdentity`, which is not used here. Leaving it out saves a tenth of a probe's CPU time.
  tls.getPeerCertificate = () => ({}) as DetailedPeerCertificate
  return tls
}
