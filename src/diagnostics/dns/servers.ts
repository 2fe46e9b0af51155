import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import type { AddressType } from './answer.ts'
import { type DnsServer, queryDns, serverTimeoutMs } from './query.ts'

/** How long a server has for itself before the next one is asked too, in milliseconds. */
const headStartMs = 500

/** How long all of them together may take, in milliseconds. */
const totalMs = 2_400

/** Why the others are no longer asked. */
const over = new Error('Another server has answered, or time is up.')

export interface Asking {
  readonly type?: AddressType
  /** How long one server may take, and how long all may, in milliseconds. */
  readonly timeoutMs?: number
}

/**
 * The answer of the first of these servers that knows one. The next server is asked when the one before it fails or dawdles, so a dead server costs
 * half a second; which of them answers does not change while they are well. If none knows, the first server's failure, also when time is up.
 */
export async function askServers(
  servers: readonly DnsServer[],
  name: string,
  signal: AbortSignal,
  { type = 'A', timeoutMs = totalMs }: Asking = {},
): Promise<DnsAnswer> {
  const done = new AbortController()
  const timer = setTimeout(() => done.abort(over), timeoutMs)
  const either = AbortSignal.any([signal, done.signal])
  const failures: Promise<DnsAnswer>[] = []
  const { promise: known, resolve } = Promise.withResolvers<DnsAnswer>()

  const askAll = async (): Promise<DnsAnswer> => {
    for (const server of servers) {
      if (either.aborted) break
      const answer = queryDns(server, name, either, { type, timeoutMs: Math.min(timeoutMs, serverTimeoutMs) })
      failures.push(answer)
      void answer.then((result) => isKnown(result) && resolve(result))
      await Promise.race([answer, headStart(either)])
    }
    const results = await Promise.all(failures)
    const [first] = results
    if (first === undefined) throw new TypeError('no DNS server to ask')
    return results.find(isKnown) ?? first
  }

  try {
    return await Promise.race([known, askAll()])
  } finally {
    clearTimeout(timer)
    done.abort(over)
  }
}

/** A name that does not exist is knowledge; a refusal or a failure is not. */
function isKnown({ rcode }: DnsAnswer): boolean {
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN'
}

/** Ends early when nobody waits for it any more. */
function headStart(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, headStartMs)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
