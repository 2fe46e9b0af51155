import { botConfig, secretsIn } from '../config.ts'
import { runProcess } from '../process.ts'
import { startBot } from './bot.ts'

/** The bot process: it holds chat secrets, and nothing that could change a cloud. */

await runProcess({
  name: 'bot',
  configure() {
    const config = botConfig()
    const { slack, redisUrl, warnings } = config
    const secrets = [slack.botToken, slack.signingSecret, slack.appToken ?? '', ...secretsIn(redisUrl)]
    return { config, secrets, warnings }
  },
  async start(config, log, opened) {
    const { port } = opened.use(await startBot(config, log))
    return { host: config.host, port, mode: config.slack.appToken === undefined ? 'http' : 'socket' }
  },
})
