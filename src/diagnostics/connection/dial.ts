import { connect, type Socket } from 'node:net'
import type { TcpResult } from '../../domain/diagnosis/evidence.ts'
import { elapsedSince } from '../elapsed.ts'
import { failureOf, timeoutFailure } from './failure.ts'

/** How long a connection may take to open, in milliseconds. The system repeats a lost SYN after one second, so this allows one repeat. */
export const dialTimeoutMs = 2_500

/** Opens a TCP connection to one address. Never rejects. `socket` is present when it connected, and the caller has to close it. */
export async function dial(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<{ readonly result: TcpResult; readonly socket?: Socket }> {
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<Pick<TcpResult, 'connected' | 'failure'>>()
  const socket = connect({ host: address, port, noDelay: true })
  const giveUp = () => resolve({ connected: false, failure: timeoutFailure('connect', elapsedSince(startedAt)) })
  const timer = setTimeout(giveUp, dialTimeoutMs)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  socket.once('connect', () => resolve({ connected: true }))
  // This listener stays: an error before the next check adds its own listener would end the process.
  socket.on('error', (error) => resolve({ connected: false, failure: failureOf(error) }))
  const outcome = await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', giveUp)
  const result = { address, ...outcome, elapsedMs: elapsedSince(startedAt) }
  if (outcome.connected) return { result, socket }
  socket.destroy()
  return { result }
}
