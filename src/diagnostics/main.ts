import packageFile from '../../package.json' with { type: 'json' }
import { secretsIn } from '../config/redis.ts'
import { diagnosticsConfig, handOver, presetResolver } from '../config.ts'
import { allOf } from '../http/health.ts'
import { runProcess } from '../process.ts'
import { connect } from '../redis/connection.ts'
import { type Announced, announce } from '../redis/presence.ts'
import { queueCounts } from '../redis/queue-counts.ts'
import { probeQueue, probeSchema } from '../redis/queues.ts'
import { startWorker } from '../redis/worker.ts'
import { signedIn } from '../redis-sign-in.ts'
import { openTracing } from '../tracing/open.ts'
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
    return { config, secrets: [...secretsIn(config.redisUrl), ...handOver(config)] }
  },
  async start({ redisUrl: redisAddress, network, metrics: address, tracing, ...settings }, log, opened) {
    opened.use(await openTracing('diagnostics', tracing, log))
    const redisUrl = await signedIn(redisAddress, log, opened)
    const probe = createProbe(settings)
    let announced: Announced | undefined
    const redis = opened.adopt(connect(redisUrl, { patient: true }), (connection) => connection.disconnect())
    redis.on('error', (error) => log.warn({ err: error }, 'redis'))
    const metrics =
      address &&
      (await import('./metrics.ts')).createDiagnosticsMetrics({
        queues: () => queueCounts(redis, [probeQueue(network)]),
        redisProblem: async () => announced?.problem(),
        heartbeatAge: () => announced?.age() ?? 0,
      })
    const worker = opened.use(
      await startWorker({
        redisUrl,
        queue: probeQueue(network),
        schema: probeSchema,
        concurrency,
        log,
        handle: ({ data, signal }) => (metrics === undefined ? probe(data, signal) : metrics.probed(() => probe(data, signal))),
      }),
    )
    announced = opened.use(await announce(redis, network, packageFile.version, log))
    const said = { network, version: packageFile.version }
    if (address === undefined || metrics === undefined) return said
    const { startMetricsPort } = await import('../metrics/metrics-port.ts')
    const readiness = async () => allOf({ redis: announced?.problem(), probes: worker.problem() })
    const { port } = opened.use(await startMetricsPort(address, metrics.register, readiness))
    return { ...said, metricsPort: port }
  },
})
