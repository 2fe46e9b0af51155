import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect, createSecureContext, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import type { Failure, TlsResult } from '../domain/diagnosis/evidence.ts'
import { cleanText } from '../domain/hostile-text.ts'
import { certificateFacts } from './certificate-facts.ts'
import { dial } from './dial.ts'
import { elapsedSince } from './elapsed.ts'
import { failureOf, timeoutFailure } from './failure.ts'

/** How long a handshake may take, in milliseconds. */
const timeoutMs = 2_500

/** After so long without an answer to the hello, a small one is tried beside it, in milliseconds. */
const patienceMs = 1_000

/** How long a connection on which nothing is sent is watched, in milliseconds. */
const watchMs = 200

/** Node's default hello holds the key share of a post-quantum group, which alone is longer than a segment. */
const inSmall = createSecureContext({ ecdhCurve: 'X25519' })

interface Handshake {
  readonly address: string
  readonly port: number
  /** Sent as SNI; the certificate has to name it. */
  readonly host: string
  readonly trust: SecureContext
}

type Outcome = Omit<TlsResult, 'address' | 'elapsedMs' | 'bytesRead' | 'smallHello' | 'resetUnasked'>
type SmallHello = NonNullable<TlsResult['smallHello']>

/**
 * Shakes hands over an open connection with the service's name as SNI, and sends nothing. Verification is ours to judge afterwards: Node, left to
 * it, would drop the certificate that explains the failure. A hello that is never answered is repeated in small: Node's own does not fit one segment,
 * which some appliances cannot handle. Never rejects; `tls` is there when the peer is verified, and then the caller's to close.
 */
export async function shakeHands(
  tcp: Socket,
  handshake: Handshake,
  signal: AbortSignal,
): Promise<{ readonly result: TlsResult; readonly tls?: TLSSocket }> {
  const { address, host, trust } = handshake
  const startedAt = performance.now()
  const before = tcp.bytesRead
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const tls = secure(tcp, host, trust)
  const giveUp = () => resolve({ verified: false, failure: timeoutFailure('read', timeoutMs) })
  const timer = setTimeout(giveUp, timeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  tls.once('secureConnect', () => resolve(judgeCertificate(tls, host)))
  tls.on('error', (error) => resolve({ verified: false, failure: failureOf(error) }))
  tcp.on('error', (error) => resolve({ verified: false, failure: failureOf(error) }))

  const answered = () => tcp.bytesRead > before
  const impatience = setTimeout(() => answered() || trySmall(), patienceMs)
  let small: Promise<SmallHello> | undefined
  const trySmall = () => {
    small ??= smallHello(handshake, signal)
  }
  try {
    const outcome = await promise
    const elapsedMs = elapsedSince(startedAt)
    const bytesRead = tcp.bytesRead - before
    if (!outcome.verified && bytesRead === 0) trySmall()
    const unasked = isReset(outcome.failure) && bytesRead === 0 && (await resetsUnasked(handshake, signal))
    const result = {
      address,
      ...outcome,
      bytesRead,
      ...(small !== undefined && { smallHello: await small }),
      ...(unasked && { resetUnasked: true as const }),
      elapsedMs,
    }
    return outcome.verified ? { result, tls } : { result }
  } finally {
    clearTimeout(timer)
    clearTimeout(impatience)
    signal.removeEventListener('abort', giveUp)
    if (!tls.authorized) {
      tls.destroy()
      tcp.destroy()
    }
  }
}

/** Whether the peer answers a hello of one segment at all: with whatever it likes. */
async function smallHello({ address, port, host }: Handshake, signal: AbortSignal): Promise<SmallHello> {
  const { socket, result } = await dial(address, port, signal)
  if (socket === undefined) return { answered: false, ...(result.failure !== undefined && { failure: result.failure }) }
  const { promise, resolve } = Promise.withResolvers<SmallHello>()
  const tls = secure(socket, host, inSmall)
  const lost = (failure: Failure) => resolve({ answered: socket.bytesRead > 0, failure })
  const timer = setTimeout(() => lost(timeoutFailure('read', timeoutMs - patienceMs)), timeoutMs - patienceMs)
  tls.once('secureConnect', () => resolve({ answered: true }))
  for (const each of [tls, socket]) each.on('error', (error) => lost(failureOf(error)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    tls.destroy()
    socket.destroy()
  }
}

function isReset(failure: Failure | undefined): boolean {
  return failure?.code === 'EPIPE' || (failure?.code === 'ECONNRESET' && failure.syscall !== undefined)
}

/** Whether a connection is reset on which nothing is said. */
async function resetsUnasked({ address, port }: Handshake, signal: AbortSignal): Promise<boolean> {
  const { socket, result } = await dial(address, port, signal)
  if (socket === undefined) return result.failure?.code === 'ECONNRESET'
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), watchMs)
  socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNRESET'))
  socket.resume()
  const reset = await promise
  clearTimeout(timer)
  socket.destroy()
  return reset
}

function secure(socket: Socket, host: string, secureContext: SecureContext): TLSSocket {
  const tls = connect({
    socket,
    servername: host,
    secureContext,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  // Node fetches its legacy object of the whole chain for `checkServerIdentity`, which does not look at it here: a tenth of a probe's CPU time.
  tls.getPeerCertificate = () => ({}) as DetailedPeerCertificate
  return tls
}

/**
 * The chain first: a proxy's certificate often has the right name, and never the right issuer. Reads the certificate itself rather than Node's legacy
 * object of it, which costs as much as the handshake.
 */
function judgeCertificate(tls: TLSSocket, host: string): Outcome {
  const peer = tls.getPeerX509Certificate()
  const failure = chainFailure(tls) ?? nameFailure(host, peer)
  const protocol = tls.getProtocol()
  return {
    verified: failure === undefined,
    ...(failure !== undefined && { failure }),
    ...(protocol !== null && { protocol }),
    ...(peer !== undefined && { certificate: certificateFacts(peer) }),
  }
}

function chainFailure(tls: TLSSocket): Failure | undefined {
  if (tls.authorized) return undefined
  // The types say Error, Node gives the code of OpenSSL's verdict as a string.
  const code = String(tls.authorizationError)
  return { code, message: `the certificate chain is not trusted: ${code}` }
}

function nameFailure(host: string, peer: X509Certificate | undefined): Failure | undefined {
  if (peer?.checkHost(host) !== undefined) return undefined
  const names = cleanText(peer?.subjectAltName ?? peer?.subject ?? 'none', 200)
  return { code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: `the certificate is for ${names}` }
}
