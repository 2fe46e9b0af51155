import packageFile from '../../package.json' with { type: 'json' }
import { secretsIn } from '../config/redis.ts'
import { diagnosticsConfig, presetResolver } from '../config.ts'
import { runProcess } from '../process.ts'
import { connect } from '../redis/connection.ts'
import { announce } from '../redis/presence.ts'
import { probeQueue, probeSchema } from '../redis/queues.ts'
import { startWorker } from '../redis/worker.ts'
import { resolverOptions } from './dns/system-resolver.ts'
import { createProbe } from './probe.ts'

/** The process inside a virtual network. It takes probes from its queue and returns the evidence; it holds no credentials but those of its queue. */

/** How many probes run at once. It is enough for a thousand dead targets a minute, at three seconds each, in less than 120 MiB. */
const concurrency = 50

presetResolver(resolverOptions)

await runProcess({
  name: 'diagnostics',
  configure() {
    const config = diagnosticsConfig()
    return { config, secrets: secretsIn(config.redisUrl) }
  },
  async start({ redisUrl, network, ...settings }, log, opened) {
    const probe = createProbe(settings)
    const redis = opened.adopt(connect(redisUrl, { patient: true }), (connection) => connection.disconnect())
    redis.on('error', (error) => log.warn({ err: error }, 'redis'))
    opened.use(
      await startWorker({
        redisUrl,
        queue: probeQueue(network),
        schema: probeSchema,
        concurrency,
        log,
        handle: ({ data, signal }) => probe(data, signal),
      }),
    )
    opened.use(await announce(redis, network, packageFile.version, log))
    return { network, version: packageFile.version }
  },
})
