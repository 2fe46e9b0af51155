import { type BotConfig, botConfig, ConfigError, secretsIn } from '../config.ts'
import { TerminalError } from '../domain/errors.ts'
import { createLog } from '../log.ts'
import { startBot } from './bot.ts'

/** The bot process: it holds chat secrets, and nothing that could change a cloud. */

/** After this, in milliseconds, a stop is no longer graceful. */
const stopWithinMs = 15_000

await run(readConfig())

function readConfig(): BotConfig {
  try {
    return botConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

async function run(config: BotConfig): Promise<void> {
  const log = createLog('bot', secretsOf(config))
  try {
    for (const warning of config.warnings) log.warn(warning)
    const bot = await startBot(config, log)
    log.info({ host: config.host, port: bot.port, mode: config.slack.appToken === undefined ? 'http' : 'socket' }, 'ready')
    const stop = async () => {
      setTimeout(() => process.exit(1), stopWithinMs).unref()
      await bot.close()
      log.info('stopped')
      process.exit(0)
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  } catch (error) {
    log.fatal({ err: error, ...(error instanceof TerminalError && { remedy: error.remedy }) }, 'cannot start')
    process.exit(1)
  }
}

function secretsOf({ slack, redisUrl }: BotConfig): readonly string[] {
  return [slack.botToken, slack.signingSecret, ...(slack.appToken === undefined ? [] : [slack.appToken]), ...secretsIn(redisUrl)]
}
