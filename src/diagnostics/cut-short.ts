import type { CheckId, EvidenceByCheck } from '../domain/diagnosis/evidence.ts'

type Result = EvidenceByCheck[CheckId]

/** Silence says something only after so long, in milliseconds: a lost SYN or datagram is repeated after a second. */
const leastSilenceMs = 1_200

/** What a check that was cut short after `waitedMs` really saw: that nobody had answered by then is no fault of the network. */
export function withoutHaste<T extends Result>(result: T | undefined, waitedMs: number): T | undefined {
  if (result === undefined || waitedMs >= leastSilenceMs) return result
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
