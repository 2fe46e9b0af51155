import { ConfigError } from './config/environment.ts'
import { createLog, type Log } from './log.ts'
import { releaseMemory } from './release-memory.ts'

/** After SIGTERM or SIGINT a process has so long to close what it opened, in milliseconds; then it ends with status 1. */
const usualGraceMs = 15_000

/** When what the start left behind is given back, in milliseconds after "ready": then the first work has loaded its modules too. */
const settledAfterMs = 10_000

interface Settings<Config> {
  readonly config: Config
  /** What no line of the log may show. */
  readonly secrets: readonly string[]
  readonly warnings?: readonly string[]
}

export interface Process<Config> {
  /** Of the log. */
  readonly name: string
  /** Throws a `ConfigError` that names every problem. */
  configure(): Settings<Config>
  /** Resolves when the process serves, with what its line "ready" says. What is put on `opened` is closed at the end, the last first. */
  start(config: Config, log: Log, opened: AsyncDisposableStack): Promise<object>
  readonly graceMs?: number
}

/**
 * Runs a process until SIGTERM or SIGINT. Exit status 0: it closed everything. Status 1: its configuration is wrong (told on standard error), it could not
 * start, nobody handled an error, or it did not close in time (told in the log, with what to do where that is known). A second signal ends it at once.
 */
export async function runProcess<Config>({ name, configure, start, graceMs = usualGraceMs }: Process<Config>): Promise<void> {
  const { config, secrets, warnings = [] } = settingsOf(configure)
  const log = createLog(name, secrets)
  const opened = new AsyncDisposableStack()
  const fail = (error: unknown, what: string): void => {
    log.fatal({ err: error, ...remedyOf(error) }, what)
    end(1)
  }
  const close = async (status: 0 | 1): Promise<void> => {
    setTimeout(() => {
      log.fatal({ graceMs }, 'did not stop in time')
      end(1)
    }, graceMs).unref()
    try {
      await opened.disposeAsync()
    } catch (error) {
      return fail(error, 'did not stop cleanly')
    }
    if (status === 0) log.info('stopped')
    end(status)
  }
  process.on('uncaughtException', (error) => fail(error, 'an error that nobody handled'))
  process.on('unhandledRejection', (error) => fail(error, 'an error that nobody handled'))
  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) end(1)
    stopping = true
    log.info({ signal }, 'stopping')
    void close(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  for (const warning of warnings) log.warn(warning)
  try {
    log.info(await start(config, log, opened), 'ready')
    setTimeout(() => {
      releaseMemory().catch((error: unknown) => log.warn({ err: error }, 'memory is not given back'))
    }, settledAfterMs).unref()
  } catch (error) {
    if (stopping) return
    log.fatal({ err: error, ...remedyOf(error) }, 'cannot start')
    await close(1)
  }
}

function settingsOf<Config>(configure: () => Settings<Config>): Settings<Config> {
  try {
    return configure()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    return end(1)
  }
}

function end(status: number): never {
  process.exit(status)
}

/** Our own errors say what to do. */
function remedyOf(error: unknown): { readonly remedy?: string } {
  const remedy: unknown = error instanceof Error ? Reflect.get(error, 'remedy') : undefined
  return typeof remedy === 'string' ? { remedy } : {}
}
