import { ConfigError } from './config.ts'
import type { Log } from './log.ts'

/**
 * Runs a process until SIGTERM or SIGINT, then closes it and ends. A wrong configuration is told on standard error, every problem of it, and ends the
 * process with status 1.
 */
export async function runProcess(start: () => Promise<{ readonly log: Log; close(): Promise<void> }>): Promise<void> {
  try {
    const { log, close } = await start()
    const stop = (signal: NodeJS.Signals): void => {
      log.info({ signal }, 'stopping')
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'did not stop cleanly')
          process.exit(1)
        },
      )
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
