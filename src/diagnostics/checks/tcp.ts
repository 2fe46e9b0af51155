import { connect } from 'node:net'
import type { Port, TcpResult } from '../../domain/diagnosis/evidence.ts'
import type { Check } from '../check.ts'
import { elapsedSince } from '../elapsed.ts'
import { failureOf, timeoutFailure } from '../failure.ts'

const timeoutMs = 3_000

/** Opens a connection and closes it again. `dial` is another port to dial in place of the contract's, for tests. */
export function tcpCheck<P extends Port>(port: P, dial: number = port): Check<`tcp:${P}`> {
  return {
    id: `tcp:${port}`,
    needs: ['address'],
    deadlineMs: timeoutMs + 500,
    async run(_target, { address }, signal) {
      return address?.dialled === undefined ? undefined : await open(address.dialled, dial, signal)
    },
  }
}

async function open(address: string, port: number, signal: AbortSignal): Promise<TcpResult> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Pick<TcpResult, 'connected' | 'failure'>>()
  const socket = connect({ host: address, port, signal })
  const timer = setTimeout(() => resolve({ connected: false, failure: timeoutFailure('connect', timeoutMs) }), timeoutMs)
  socket.once('connect', () => resolve({ connected: true }))
  socket.on('error', (error) => resolve({ connected: false, failure: failureOf(error) }))
  try {
    return { address, ...(await promise), elapsedMs: elapsedSince(startedAt) }
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}
