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

/** How long the hello may stay unanswered before other hellos are tried beside it, in milliseconds. */
const patienceMs = 1_000

/** How long a connection on which nothing is sent is watched for a reset, in milliseconds: at least, and at most when the first reset came late. */
const [leastWatchMs, mostWatchMs] = [200, 1_000]

/** How long to wait for the peer's alert after a TLS 1.3 handshake: twice the handshake's time, within these bounds in milliseconds. */
const [leastObjectionMs, mostObjectionMs] = [20, 500]

interface Handshake extends Peer {
  readonly trust: SecureContext
}

type Outcome = Omit<TlsResult, 'address' | 'elapsedMs' | 'bytesRead' | 'smallHello' | 'otherNameAnswered' | 'resetUnasked'>

/**
 * Runs a TLS handshake over an open connection with the service's name as SNI, and sends no data.
 * - The certificate is verified afterwards: Node's own verification would drop the certificate that explains the failure.
 * - A hello without an answer is repeated in a smaller form: Node's does not fit one TCP segment, which some appliances cannot handle.
 * - Under TLS 1.3 the client's handshake ends before the peer has checked it, so the peer's alert is waited for.
 * Never rejects. `tls` is present when the peer is verified, and the caller has to close it.
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
 * Waits for an alert of the peer, for example that it requires a client certificate; the alert arrives as an error of the connection. A session ticket
 * ends the wait, because a peer that refuses the handshake sends none.
 */
async function objection(tls: TLSSocket, handshakeMs: number, signal: AbortSignal): Promise<void> {
  if (tls.getProtocol() !== 'TLSv1.3') return
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = () => resolve()
  const timer = setTimeout(over, Math.min(Math.max(leastObjectionMs, 2 * handshakeMs), mostObjectionMs))
  signal.addEventListener('abort', over, { once: true })
  tls.once('close', over)
  // Continues after the event: Node never sends what is written while it still reads.
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
 * Judges the chain before the name, because a proxy's certificate often has the right name and never the right issuer. Reads an `X509Certificate`: Node's
 * legacy object takes as much CPU time as the handshake.
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
  // The type is Error, but Node gives OpenSSL's error code as a string.
  const code = String(tls.authorizationError)
  return { code, message: `the certificate chain is not trusted: ${code}` }
}

function nameFailure(host: string, peer: X509Certificate | undefined): Failure | undefined {
  if (peer?.checkHost(host) !== undefined) return undefined
  const names = cleanText(peer?.subjectAltName ?? peer?.subject ?? 'none', 200)
  return { code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: `the certificate is for ${names}` }
}
