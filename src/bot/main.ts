import { secretsIn } from '../config/redis.ts'
import { botConfig, handOver } from '../config.ts'
import { runProcess } from '../process.ts'
import { signedIn } from '../redis-sign-in.ts'
import { openTracing } from '../tracing/open.ts'
import { startBot } from './bot.ts'

/** The bot process: it holds chat secrets, and nothing that could change a cloud. */

await runProcess({
  name: 'bot',
  configure() {
    const config = botConfig()
    const { slack, teams, redisUrl, auditHeads, warnings } = config
    const given = [slack?.botToken, slack?.signingSecret, slack?.appToken, teams?.appPassword, auditHeads.webhookUrl]
    const secrets = [...given.filter((secret) => secret !== undefined), ...secretsIn(redisUrl), ...handOver(config)]
    return { config, secrets, warnings }
  },
  async start(config, log, opened) {
    opened.use(await openTracing('bot', config.tracing, log))
    const redisUrl = await signedIn(config.redisUrl, log, opened)
    const { port, metricsPort, chats } = opened.use(await startBot({ ...config, redisUrl }, log))
    const mode = config.slack?.appToken === undefined ? 'http' : 'socket'
    return { host: config.host, port, ...(metricsPort !== undefined && { metricsPort }), chats, mode }
  },
})
