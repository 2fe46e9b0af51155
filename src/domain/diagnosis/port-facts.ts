import type { Evidence, Failure, Port, TcpResult, TlsResult } from './evidence.ts'

export const ports: readonly Port[] = [8443, 9440]

/** The results at the endpoint's own address where that was dialled apart from the name's address, else at the address that the name leads to. */
export function seenAt({ networkPlane }: Evidence, port: Port): { readonly tcp?: TcpResult; readonly tls?: TlsResult } {
  const [direct, tcp, tls] = [networkPlane?.[`direct:${port}`], networkPlane?.[`tcp:${port}`], networkPlane?.[`tls:${port}`]]
  return direct ?? { ...(tcp !== undefined && { tcp }), ...(tls !== undefined && { tls }) }
}

export function isSeenDirectly({ networkPlane }: Evidence): boolean {
  return ports.some((port) => networkPlane?.[`direct:${port}`] !== undefined)
}

/** The address that the ports were seen at. */
export function seenAddress(evidence: Evidence): string | undefined {
  const direct = ports.map((port) => evidence.networkPlane?.[`direct:${port}`]?.tcp.address)
  return direct.find((address) => address !== undefined) ?? evidence.networkPlane?.address?.dialled
}

/** Why the TCP connection failed, also when it failed only in the TLS check; undefined when it connected or was not tried. */
export function connectFailure(evidence: Evidence, port: Port): Failure | undefined {
  const { tcp, tls } = seenAt(evidence, port)
  if (tcp !== undefined && !tcp.connected) return tcp.failure ?? { code: 'UNKNOWN', message: 'no connection' }
  return tls !== undefined && !tls.verified && tls.failure?.syscall === 'connect' ? tls.failure : undefined
}

/** A TLS attempt that failed after TCP had connected; also one whose peer sent its alert only when `/ping` was sent, as TLS 1.3 allows. */
export function failedTls(evidence: Evidence, port: Port): TlsResult | undefined {
  const { tls } = seenAt(evidence, port)
  const failure = port === 8443 ? pingAlert(evidence) : undefined
  if (tls?.verified === true && failure !== undefined) return { ...tls, verified: false, failure }
  return tls === undefined || tls.verified || connectFailure(evidence, port) !== undefined ? undefined : tls
}

/** The alert that ended `/ping`, on the connection by which the port is judged. */
export function pingAlert({ networkPlane }: Evidence): Failure | undefined {
  const failure = networkPlane?.['direct:8443'] === undefined ? networkPlane?.ping?.failure : undefined
  return alertNumber(failure) === undefined ? undefined : failure
}

export type TlsFault =
  | 'reset'
  | 'closed'
  | 'silent'
  | 'wrong-name'
  | 'expired'
  | 'not-yet-valid'
  | 'untrusted'
  | 'alert'
  | 'not-tls'

/** RST and FIN are both `ECONNRESET` in Node: only a reset names the system call that met it. */
export function tlsFault({ failure, certificate, trustedApartFromTime }: TlsResult): TlsFault {
  const code = failure?.code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'wrong-name'
  // An untrusted certificate that has also expired is untrusted at any time.
  if (trustedApartFromTime === false) return 'untrusted'
  if (code === 'CERT_HAS_EXPIRED') return 'expired'
  if (code === 'CERT_NOT_YET_VALID') return 'not-yet-valid'
  if (code === 'ETIMEDOUT') return 'silent'
  if (alertNumber(failure) !== undefined || code.includes('_ALERT_')) return 'alert'
  if (code === 'ECONNRESET') return failure?.syscall === undefined ? 'closed' : 'reset'
  if (code === 'EPIPE') return 'reset'
  if (certificate !== undefined) return 'untrusted'
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? 'not-tls' : 'closed'
}

/** The TLS alert that the peer sent, by its number in RFC 8446. */
export function alertNumber(failure: Failure | undefined): number | undefined {
  const match = /alert number (\d{1,3})/.exec(failure?.message ?? '')
  return match?.[1] === undefined ? undefined : Number(match[1])
}

export function portsWithTlsFault(evidence: Evidence, ...faults: readonly TlsFault[]): readonly Port[] {
  return ports.filter((port) => {
    const tls = failedTls(evidence, port)
    return tls !== undefined && faults.includes(tlsFault(tls))
  })
}

/**
 * Ports where the connection was reset without a byte of answer, as the service does to an endpoint that it does not admit; whether it reads the hello first
 * cannot be seen from here. Empty when the other port spoke TLS: the service then admits the endpoint.
 */
export function refusals(evidence: Evidence): readonly Port[] {
  if (ports.some((port) => seenAt(evidence, port).tls?.verified === true)) return []
  const early = resetsBeforeHello(evidence)
  return ports.filter((port) => {
    const tls = failedTls(evidence, port)
    return early.includes(port) || (tls !== undefined && isRefusedHello(tls))
  })
}

function isRefusedHello(tls: TlsResult): boolean {
  return tlsFault(tls) === 'reset' && tls.bytesRead === 0 && tls.smallHello?.answered !== true
}

/** Whether a hello for another name was answered and the one for the service's name was not: port, network and size are not the cause. */
export function nameIsRefused(evidence: Evidence): boolean {
  return ports.some((port) => {
    const { otherNameAnswered, smallHello } = failedTls(evidence, port) ?? {}
    return otherNameAnswered === true && smallHello?.answered !== true
  })
}

/** Ports where a hello of one segment is answered and Node's usual one, of two segments, is not, also when it is sent again. */
export function largeHelloLost(evidence: Evidence): readonly Port[] {
  return ports.filter((port) => {
    const small = failedTls(evidence, port)?.smallHello
    return small?.answered === true && small.usualAnswered !== true
  })
}

/** Ports that reset a connection before anything was sent on it. */
export function resetsBeforeHello(evidence: Evidence): readonly Port[] {
  return ports.filter(
    (port) => connectFailure(evidence, port)?.code === 'ECONNRESET' || failedTls(evidence, port)?.resetUnasked === true,
  )
}

/** Whether `/ping` answered as the service does. */
export function serviceAnswered({ networkPlane }: Evidence): boolean {
  const ping = networkPlane?.ping
  return ping?.status === 200 && ping.failure === undefined && ping.body?.trimEnd() === 'Ok.'
}
