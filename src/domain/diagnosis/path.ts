import { isOtherHost } from './control-facts.ts'
import { kindOf, pinnedAddresses, resolverLeads, resolverOf } from './dns-facts.ts'
import type { Evidence, Failure, Port, TlsResult } from './evidence.ts'
import { isPrivateName } from './host-kinds.ts'
import {
  alertNumber,
  connectFailure,
  failedTls,
  isSeenDirectly,
  ports,
  seenAddress,
  seenAt,
  serviceAnswered,
  tlsFault,
} from './port-facts.ts'
import { shown } from './rules/words.ts'

type PhaseName = 'name' | 'dns' | 'address' | 'tcp' | 'tls' | 'service'

export interface PathPhase {
  readonly phase: PhaseName
  /** `unknown`: not checked, or not reached. */
  readonly state: 'ok' | 'fail' | 'unknown'
  /** A few words, safe to print but not escaped. */
  readonly detail?: string
  readonly elapsedMs?: number
}

/** Pure. The phases from the name to the service, as far as they were observed. */
export function pathOf(evidence: Evidence): readonly PathPhase[] {
  return [
    nameStep(evidence),
    dnsStep(evidence),
    addressStep(evidence),
    tcpStep(evidence),
    tlsStep(evidence),
    serviceStep(evidence),
  ]
}

function nameStep(evidence: Evidence): PathPhase {
  const phase = 'name'
  if (!isPrivateName(evidence.host)) return { phase, state: 'fail', detail: 'not a private name' }
  if (isOtherHost(evidence)) return { phase, state: 'fail', detail: "not the service's name" }
  return evidence.controlPlane === undefined ? { phase, state: 'unknown', detail: 'not compared' } : { phase, state: 'ok' }
}

function dnsStep(evidence: Evidence): PathPhase {
  const phase = 'dns'
  const isOverridden = evidence.networkPlane?.search !== undefined || pinnedAddresses(evidence).length > 0
  const answer = isOverridden ? evidence.networkPlane?.resolver : resolverOf(evidence)
  if (answer === undefined) return { phase, state: 'unknown' }
  const state = resolverLeads(evidence) && !isOverridden ? 'ok' : 'fail'
  const empty = kindOf(answer) === 'none' ? 'no address' : shown(answer.rcode)
  return {
    phase,
    state,
    detail: answer.addresses.length > 0 ? shown(answer.addresses.join(', ')) : empty,
    elapsedMs: answer.elapsedMs,
  }
}

function addressStep({ networkPlane }: Evidence): PathPhase {
  const phase = 'address'
  const { dialled, refused } = networkPlane?.address ?? {}
  if (dialled !== undefined) return { phase, state: 'ok', detail: shown(dialled) }
  return refused === 'outside-prefixes'
    ? { phase, state: 'fail', detail: 'outside the permitted prefixes' }
    : { phase, state: 'unknown' }
}

function tcpStep(evidence: Evidence): PathPhase {
  const seen = ports.flatMap((port) => seenAt(evidence, port).tcp ?? [])
  const failures = ports.flatMap((port) => {
    const failure = connectFailure(evidence, port)
    return failure === undefined ? [] : [`${port} ${connectWords(failure)}`]
  })
  const place = isSeenDirectly(evidence) ? ` at ${shown(seenAddress(evidence))}` : ''
  return portStep('tcp', failures, seen, `${ports.join(', ')}${place}`)
}

function tlsStep(evidence: Evidence): PathPhase {
  const seen = ports.flatMap((port) => seenAt(evidence, port).tls ?? [])
  const failures = ports.flatMap((port) => {
    const tls = failedTls(evidence, port)
    return tls === undefined ? [] : [{ port, words: tlsWords(tls) }]
  })
  return portStep('tls', mergeAlike(failures), seen, undefined)
}

function portStep(
  phase: PhaseName,
  failures: readonly string[],
  seen: readonly { readonly elapsedMs: number }[],
  ok: string | undefined,
): PathPhase {
  const elapsedMs = Math.max(0, ...seen.map((result) => result.elapsedMs))
  if (failures.length > 0) return { phase, state: 'fail', detail: failures.join(', '), elapsedMs }
  if (seen.length < ports.length) return { phase, state: 'unknown' }
  return { phase, state: 'ok', ...(ok !== undefined && { detail: ok }), elapsedMs }
}

/** One text when both ports failed in the same way, else one text a port. */
function mergeAlike(failures: readonly { readonly port: Port; readonly words: string }[]): readonly string[] {
  const words = new Set(failures.map((failure) => failure.words))
  return failures.length === ports.length && words.size === 1
    ? [...words]
    : failures.map((failure) => `${failure.port} ${failure.words}`)
}

function serviceStep(evidence: Evidence): PathPhase {
  const phase = 'service'
  const ping = evidence.networkPlane?.ping
  if (ping === undefined) {
    const reached = evidence.networkPlane?.['tls:8443']?.verified === true
    return { phase, state: 'unknown', detail: reached ? 'not asked' : 'not reached' }
  }
  const { elapsedMs } = ping
  if (serviceAnswered(evidence)) return { phase, state: 'ok', detail: 'Ok.', elapsedMs }
  return {
    phase,
    state: 'fail',
    detail: ping.status === undefined ? shown(ping.failure?.code) : `HTTP ${ping.status}`,
    elapsedMs,
  }
}

function connectWords({ code }: Failure): string {
  if (code === 'ETIMEDOUT') return 'no answer'
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ECONNRESET') return 'reset while connecting'
  return shown(code)
}

function tlsWords(tls: TlsResult): string {
  switch (tlsFault(tls)) {
    case 'reset':
      if (tls.resetUnasked === true) return 'reset before the hello'
      return tls.bytesRead === 0 ? 'reset after the hello' : 'reset in the handshake'
    case 'closed':
      return 'closed before the handshake ended'
    case 'silent':
      return 'no answer to the hello'
    case 'wrong-name':
      return 'certificate for another name'
    case 'expired':
      return 'certificate expired'
    case 'not-yet-valid':
      return 'certificate not valid yet'
    case 'untrusted':
      return 'certificate not trusted'
    case 'alert':
      return `alert ${alertNumber(tls.failure) ?? ''}`.trim()
    case 'not-tls':
      return 'not TLS'
  }
}
