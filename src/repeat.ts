import type { Log } from './log.ts'

export interface Repeating extends Disposable {
  /** Does it now as well, unless it is being done. Never rejects. */
  turn(): Promise<void>
  close(): void
}

/** Does something now and at intervals, never twice at the same time. A failure is logged, and the next turn comes as usual. */
export function repeat(what: string, everyMs: number, log: Log, work: () => Promise<void>): Repeating {
  let running = false
  const turn = async (): Promise<void> => {
    if (running) return
    running = true
    await work().catch((error: unknown) => log.warn({ err: error }, what))
    running = false
  }
  void turn()
  const timer = setInterval(turn, everyMs)
  const close = () => clearInterval(timer)
  return { turn, close, [Symbol.dispose]: close }
}
