import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import type { DnsServer } from '../../domain/dns-server.ts'
import type { RecordType } from './answer.ts'
import { queryDns, serverTimeoutMs } from './query.ts'

/** How long to wait for a server before the next one is asked too, in milliseconds. */
const headStartMs = 500

/** How long all servers together may take, in milliseconds. */
const totalMs = 3_400

/** The reason with which the other questions are aborted. */
const over = new Error('Another server has answered, or time is up.')

export interface Asking {
  readonly type?: RecordType
  /** How long all servers together may take, in milliseconds; one server takes `serverTimeoutMs` at most. */
  readonly timeoutMs?: number
}

/**
 * The first known answer of these servers. The next server is asked when the one before it fails, or has not answered within `headStartMs`; so the first
 * server answers as long as it works. When none gives a known answer, returns the first server's failure, also when time is up.
 */
export async function askServers(
  servers: readonly DnsServer[],
  name: string,
  signal: AbortSignal,
  { type = 'A', timeoutMs = totalMs }: Asking = {},
): Promise<DnsAnswer> {
  const [only, ...more] = servers
  if (only !== undefined && more.length === 0)
    return await queryDns(only, name, signal, { type, timeoutMs: Math.min(timeoutMs, serverTimeoutMs) })
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

/** Whether the server knows the answer. "Does not exist" is a known answer; a refusal or a failure is not. */
function isKnown({ rcode }: DnsAnswer): boolean {
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN'
}

/** Waits `headStartMs`, or until `signal` aborts. */
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
