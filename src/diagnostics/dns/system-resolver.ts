import { getServers, lookup } from 'node:dns'
import { promisify } from 'node:util'
import { threadPoolSize } from '../../config.ts'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { elapsedSince } from '../elapsed.ts'

/** How long the system's resolver may take, in milliseconds. */
const lookupTimeoutMs = 2_200

/** `getaddrinfo` blocks a thread, and libuv lets such calls have half of its threads. One more would only wait unseen, and look like a dead resolver. */
const maxLookups = Math.ceil(threadPoolSize() / 2)

/** What the C library needs to be told before its first lookup, or one that hangs holds a thread, and even the end of the process, for 10 s. */
export const resolverOptions = 'timeout:1 attempts:2'

/** `getaddrinfo` says little: no response code, no TTL. A name without addresses is told like one that does not exist. */
const rcodes: Readonly<Record<string, string>> = { ENOTFOUND: 'NXDOMAIN', ENODATA: 'NXDOMAIN', EAI_AGAIN: 'SERVFAIL' }

const lookupAll = promisify(lookup)
let running = 0
const waiting: (() => void)[] = []

/**
 * Asks as every program of this machine does: hosts file, search list and all. Never rejects, and never waits for a lookup that hangs. Gives nothing
 * when `signal` aborts before a thread was free for the question: that says nothing about the name.
 */
export async function askSystem(name: string, signal: AbortSignal): Promise<DnsAnswer | undefined> {
  if (!(await turn(signal))) return undefined
  const startedAt = performance.now()
  const answer = (rcode: string, addresses: readonly string[] = []): DnsAnswer => {
    const server = `system resolver (${getServers().join(', ') || 'no DNS server'})`
    return { server, rcode, addresses, cnames: [], elapsedMs: elapsedSince(startedAt) }
  }
  const { promise: late, resolve } = Promise.withResolvers<DnsAnswer>()
  const giveUp = () => resolve(answer('TIMEOUT'))
  const timer = setTimeout(giveUp, lookupTimeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  const found = lookupAll(name, { all: true, family: 4 })
    .then((addresses) => answer('NOERROR', [...new Set(addresses.map(({ address }) => address))]))
    .catch((error: NodeJS.ErrnoException) => answer(rcodes[error.code ?? ''] ?? 'SERVFAIL'))
    .finally(leave)
  try {
    return await Promise.race([found, late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

async function turn(signal: AbortSignal): Promise<boolean> {
  if (running < maxLookups) {
    running += 1
    return true
  }
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const take = () => resolve(true)
  const quit = () => {
    const index = waiting.indexOf(take)
    if (index < 0) return
    waiting.splice(index, 1)
    resolve(false)
  }
  waiting.push(take)
  signal.addEventListener('abort', quit, { once: true })
  return await promise.finally(() => signal.removeEventListener('abort', quit))
}

/** Hands the turn to whoever waits longest. */
function leave(): void {
  const next = waiting.shift()
  if (next === undefined) running -= 1
  else next()
}
