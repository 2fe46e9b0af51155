import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import type { Failure, TlsResult } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'
import { elapsedSince } from '../elapsed.ts'
import { certificateFacts } from './certificate-facts.ts'
import { failureOf, timeoutFailure } from './failure.ts'
import { type FurtherHellos, type Peer, resetsUnasked, secure, tryHellos } from './further-connections.ts'
import { isTrustedApartFromTime } from './trust.ts'

/** How long a handshake may take, in milliseconds. */
const timeoutMs = 2_500

/** After so long without an answer to the hello, others are tried beside it, in milliseconds. */
const patienceMs = 1_000

/** How long a connection on which nothing is sent is watched, in milliseconds: longer where the reset took its time. */
const [leastWatchMs, mostWatchMs] = [200, 1_000]

/** After a handshake under TLS 1.3 the peer's objection has so long to arrive, in milliseconds, or two handshakes' time where that is more. */
const [leastObjectionMs, mostObjectionMs] = [20, 500]

interface Handshake extends Peer {
  readonly trust: SecureContext
}

type Outcome = Omit<TlsResult, 'address' | 'elapsedMs' | 'bytesRead' | 'smallHello' | 'otherNameAnswered' | 'resetUnasked'>

/**
 * Shakes hands over an open connection with the service's name as SNI, and sends nothing. Verification is ours to judge afterwards: Node, left to
 * it, would drop the certificate that explains the failure. A hello that is never answered is repeated in small: Node's own does not fit one segment,
 * which some appliances cannot handle. Under TLS 1.3 the handshake ends here before the peer has judged it, so its alert is waited for. Never
 * rejects; `tls` is there when the peer is verified, and then the caller's to close.
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
  let judged: Outcome | undefined
  const giveUp = () => resolve(judged ?? { verified: false, failure: timeoutFailure('read', elapsedSince(startedAt)) })
  const timer = setTimeout(giveUp, timeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  tls.once('secureConnect', () => {
    const outcome = judgeCertificate(tls, host, trust)
    judged = outcome
    if (!outcome.verified) return resolve(outcome)
    void objection(tls, elapsedSince(startedAt), signal).then(() => resolve(outcome))
  })
  const fail = (error: Error) => resolve({ ...judged, verified: false, failure: failureOf(error) })
  tls.on('error', fail)
  tcp.on('error', fail)

  const answered = () => tcp.bytesRead > before
  const impatience = setTimeout(() => answered() || tryOthers(), patienceMs)
  let others: Promise<FurtherHellos> | undefined
  const tryOthers = () => {
    others ??= tryHellos(handshake, trust, timeoutMs - patienceMs, signal)
  }
  let verified = false
  try {
    const outcome = await promise
    verified = outcome.verified
    const elapsedMs = elapsedSince(startedAt)
    const bytesRead = tcp.bytesRead - before
    if (!verified && bytesRead === 0) tryOthers()
    const unasked = isReset(outcome.failure) && bytesRead === 0 && (await resetsUnasked(handshake, watchFor(elapsedMs), signal))
    const result = {
      address,
      ...outcome,
      bytesRead,
      ...(await others),
      ...(unasked && { resetUnasked: true as const }),
      elapsedMs,
    }
    return verified ? { result, tls } : { result }
  } finally {
    clearTimeout(timer)
    clearTimeout(impatience)
    signal.removeEventListener('abort', giveUp)
    if (!verified) {
      tls.destroy()
      tcp.destroy()
    }
  }
}

/**
 * Waits until the peer has had its time to object, as it does for want of a client certificate: its alert then is an error of the connection. A
 * session ticket ends the wait, because a peer that has something to object sends none.
 */
async function objection(tls: TLSSocket, handshakeMs: number, signal: AbortSignal): Promise<void> {
  if (tls.getProtocol() !== 'TLSv1.3') return
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = () => resolve()
  const timer = setTimeout(over, Math.min(Math.max(leastObjectionMs, 2 * handshakeMs), mostObjectionMs))
  signal.addEventListener('abort', over, { once: true })
  tls.once('close', over)
  // Node is in the middle of reading then: what is written at this point is never sent.
  tls.once('session', () => setImmediate(over))
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', over)
}

function watchFor(resetAfterMs: number): number {
  return Math.min(Math.max(leastWatchMs, 2 * resetAfterMs), mostWatchMs)
}

function isReset(failure: Failure | undefined): boolean {
  return failure?.code === 'EPIPE' || (failure?.code === 'ECONNRESET' && failure.syscall !== undefined)
}

/**
 * The chain first: a proxy's certificate often has the right name, and never the right issuer. Reads the certificate itself rather than Node's legacy
 * object of it, which costs as much as the handshake.
 */
function judgeCertificate(tls: TLSSocket, host: string, trust: SecureContext): Outcome {
  const peer = tls.getPeerX509Certificate()
  const failure = chainFailure(tls) ?? nameFailure(host, peer)
  const protocol = tls.getProtocol()
  return {
    verified: failure === undefined,
    ...(failure !== undefined && { failure }),
    ...(peer !== undefined && isOutOfTime(failure) && { trustedApartFromTime: isTrustedApartFromTime(peer, trust) }),
    ...(protocol !== null && { protocol }),
    ...(peer !== undefined && { certificate: certificateFacts(peer) }),
  }
}

function isOutOfTime(failure: Failure | undefined): boolean {
  return failure?.code === 'CERT_HAS_EXPIRED' || failure?.code === 'CERT_NOT_YET_VALID'
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
