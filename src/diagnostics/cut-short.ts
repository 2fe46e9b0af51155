import type { CheckId, DnsAnswer, EvidenceByCheck } from '../domain/diagnosis/evidence.ts'

type Result = EvidenceByCheck[CheckId]

/** How long a peer must stay silent before that counts as a fault, in milliseconds. A lost SYN or datagram is repeated after one second. */
const leastSilenceMs = 1_200

/** The result of a check that was cut short after `waitedMs`, without its timeouts when it waited less than `leastSilenceMs`. */
export function withoutEarlySilence<T extends Result>(result: T | undefined, waitedMs: number): T | undefined {
  if (result === undefined || waitedMs >= leastSilenceMs) return result
  if (Array.isArray(result)) return (result as readonly DnsAnswer[]).some(isSilence) ? undefined : result
  if ('unused' in result) return isSilence(result.unused) || isSilence(result.soa) ? undefined : result
  if (!('tcp' in result)) return isSilence(result) ? undefined : result
  if (isSilence(result.tcp)) return undefined
  if (result.tls === undefined || !isSilence(result.tls)) return result
  const { tls: _, ...rest } = result
  return rest as T
}

function isSilence(result: Result): boolean {
  if ('rcode' in result) return result.rcode === 'TIMEOUT'
  return 'failure' in result && result.failure?.code === 'ETIMEDOUT'
}
