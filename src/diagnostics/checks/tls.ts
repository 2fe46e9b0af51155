import { connect as connectTcp } from 'node:net'
import { checkServerIdentity, connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import type { Failure, Port, TlsResult } from '../../domain/diagnosis/evidence.ts'
import { certificateFacts } from '../certificate-facts.ts'
import type { Check } from '../check.ts'
import { elapsedSince } from '../elapsed.ts'
import { failureOf, timeoutFailure } from '../failure.ts'

const timeoutMs = 3_000

/**
 * Shakes hands with the service's name as SNI and sends nothing. Verification is ours to judge afterwards: Node, left to it, would drop the
 * certificate that explains the failure. `dial` is another port to dial in place of the contract's, for tests.
 */
export function tlsCheck<P extends Port>(port: P, trust: SecureContext, dial: number = port): Check<`tls:${P}`> {
  return {
    id: `tls:${port}`,
    needs: ['address', `tcp:${port}`],
    deadlineMs: timeoutMs + 500,
    async run({ host }, soFar, signal) {
      const dialled = soFar.address?.dialled
      const tcp = soFar[`tcp:${port}` as const]
      return dialled === undefined || tcp?.connected !== true ? undefined : await shakeHands(dialled, dial, host, trust, signal)
    },
  }
}

type Outcome = Omit<TlsResult, 'address' | 'elapsedMs' | 'bytesRead'>

async function shakeHands(
  address: string,
  port: number,
  host: string,
  trust: SecureContext,
  signal: AbortSignal,
): Promise<TlsResult> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  // A socket of our own under the TLS one: only it counts the bytes of a handshake that fails.
  const tcp = connectTcp({ host: address, port, signal })
  const tls = connectTls({
    socket: tcp,
    servername: host,
    secureContext: trust,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  const timer = setTimeout(
    () => resolve({ verified: false, failure: timeoutFailure(tcp.connecting ? 'connect' : 'read', timeoutMs) }),
    timeoutMs,
  )
  tls.once('secureConnect', () => resolve(judgeCertificate(tls, host)))
  tls.on('error', (error) => resolve({ verified: false, failure: failureOf(error) }))
  tcp.on('error', (error) => resolve({ verified: false, failure: failureOf(error) }))
  try {
    const outcome = await promise
    return { address, ...outcome, bytesRead: tcp.bytesRead, elapsedMs: elapsedSince(startedAt) }
  } finally {
    clearTimeout(timer)
    tls.destroy()
    tcp.destroy()
  }
}

/** The chain first: a proxy's certificate often has the right name, and never the right issuer. */
function judgeCertificate(tls: TLSSocket, host: string): Outcome {
  const peer = tls.getPeerCertificate()
  const failure = chainFailure(tls) ?? nameFailure(host, peer)
  const protocol = tls.getProtocol()
  return {
    verified: failure === undefined,
    ...(failure !== undefined && { failure }),
    ...(protocol !== null && { protocol }),
    ...certificateFacts(peer),
  }
}

function chainFailure(tls: TLSSocket): Failure | undefined {
  if (tls.authorized) return undefined
  // The types say Error, Node gives the code of OpenSSL's verdict as a string.
  const code = String(tls.authorizationError)
  return { code, message: `the certificate chain is not trusted: ${code}` }
}

function nameFailure(host: string, peer: ReturnType<TLSSocket['getPeerCertificate']>): Failure | undefined {
  const error = checkServerIdentity(host, peer)
  return error === undefined ? undefined : failureOf(error)
}
