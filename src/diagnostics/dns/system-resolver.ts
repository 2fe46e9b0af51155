import { getServers, lookup } from 'node:dns'
import { promisify } from 'node:util'
import { threadPoolSize } from '../../config.ts'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { elapsedSince } from '../elapsed.ts'

/** How long one lookup of the system's resolver may take, in milliseconds. */
const lookupTimeoutMs = 3_300

/** How many lookups run at once. `getaddrinfo` blocks a thread, and libuv gives such calls half of its threads: one more would wait and look like a dead resolver. */
const maxLookups = Math.ceil(threadPoolSize() / 2)

/** Options for the C library's resolver, to be set before its first lookup. Without them a lookup that hangs holds a thread, and the exit of the process, for 10 s. */
export const resolverOptions = 'timeout:1 attempts:3'

/** The response codes for errors of `getaddrinfo`, which reports neither code nor TTL. It reports a name without addresses like one that does not exist. */
const rcodes: Readonly<Record<string, string>> = { ENOTFOUND: 'NXDOMAIN', ENODATA: 'NXDOMAIN', EAI_AGAIN: 'SERVFAIL' }

const lookupAll = promisify(lookup)
let running = 0
const waiting: (() => void)[] = []

/**
 * Resolves a name as every program of this machine does, with hosts file and search list. Never rejects, and does not wait for a lookup that hangs.
 * Returns undefined when `signal` aborts before a thread was free for the lookup.
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

/** Frees a place, and lets the lookup that has waited longest take it. */
function leave(): void {
  const next = waiting.shift()
  if (next === undefined) running -= 1
  else next()
}
