import { setTimeout as sleep } from 'node:timers/promises'
import { openAuditHeads } from '../audit-heads.ts'
import { azureAccess } from '../azure/access.ts'
import { azureCredential } from '../azure/credential.ts'
import { azureNetwork } from '../azure/network.ts'
import { azurePrivateDns } from '../azure/private-dns.ts'
import type { QuotaLeft } from '../azure/quota.ts'
import { clickHouseCloud } from '../clickhouse/client.ts'
import { secretsIn } from '../config/redis.ts'
import { handOver, type JobsConfig, jobsConfig } from '../config.ts'
import { plainCall } from '../domain/cloud-call.ts'
import type { Log } from '../log.ts'
import { runProcess } from '../process.ts'
import { redisAuditWriter } from '../redis/audit-append.ts'
import { redisBudget, spendAs } from '../redis/budget.ts'
import { checkServer } from '../redis/check-server.ts'
import { connect } from '../redis/connection.ts'
import { redisInstallation } from '../redis/installation.ts'
import { redisLedger } from '../redis/ledger.ts'
import { createProber } from '../redis/prober.ts'
import { createProducer } from '../redis/producer.ts'
import { turnSchema, watchQueue, workQueue, workSchema } from '../redis/queues.ts'
import { redisDiagnoses, redisInventory } from '../redis/records.ts'
import { redisRemovedRequests } from '../redis/removed-requests.ts'
import { redisSurvey, redisVerdicts, type Verdicts } from '../redis/survey.ts'
import { redisTurns } from '../redis/turns.ts'
import { redisWatches } from '../redis/watches.ts'
import { startWorker } from '../redis/worker.ts'
import { signedIn } from '../redis-sign-in.ts'
import { openTracing } from '../tracing/open.ts'
import { tracedCalls } from './around-calls.ts'
import { workOnDiagnosis } from './diagnosis/diagnose.ts'
import { noteReceipt } from './requests/receipts.ts'
import { startRetention } from './requests/retention.ts'
import { startSweep } from './requests/sweep.ts'
import { workOnRequest } from './requests/work-on-request.ts'
import { createCatalog } from './services/inventory.ts'
import { startSurveys, surveyNetwork, workOnSurvey } from './services/survey.ts'
import { createTargets } from './services/target.ts'
import { withSharedLists } from './shared-lists.ts'
import { openMetrics, serveWatched } from './watched.ts'
import { workOnWatch } from './watches/watch.ts'
import { startWatchSweep } from './watches/watch-sweep.ts'

/** How long the first inventory may delay the start, in milliseconds. */
const firstInventoryWithinMs = 3_000

await runProcess({
  name: 'jobs',
  configure() {
    const config = jobsConfig()
    const keys = config.clickhouse.organizations.flatMap(({ keyId, keySecret }) => [
      keySecret,
      Buffer.from(`${keyId}:${keySecret}`).toString('base64'),
    ])
    const { redisUrl, auditHeads, warnings } = config
    const webhook = auditHeads.webhookUrl === undefined ? [] : [auditHeads.webhookUrl]
    const dashboard = config.dashboard === undefined ? [] : [config.dashboard.password]
    const secrets = [...keys, ...webhook, ...dashboard, ...secretsIn(redisUrl), ...handOver(config)]
    return { config, secrets, warnings }
  },
  start,
})

async function start(configured: JobsConfig, log: Log, opened: AsyncDisposableStack): Promise<object> {
  opened.use(await openTracing('jobs', configured.tracing, log))
  const config = { ...configured, redisUrl: await signedIn(configured.redisUrl, log, opened) }
  await checkServer(config, log)
  const { clickhouse: cloud, networks, policies, retention } = config
  const credential = azureCredential(config)
  const places = networks.flatMap(({ subscription, resourceGroup, dns }) => [{ subscription, resourceGroup }, dns])
  const redis = opened.adopt(connect(config.redisUrl, { patient: true }), (connection) => connection.disconnect())
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const budget = redisBudget(redis, log)
  const metrics = config.metrics && (await openMetrics(config, redis, budget))
  const around = tracedCalls(metrics?.around ?? plainCall)
  const watch = {
    wrote: noteReceipt,
    around,
    ...(metrics !== undefined && {
      left: (subscription: string, { kind, count }: QuotaLeft) => metrics.quotaLeft(subscription, kind, count),
    }),
  }
  const clickhouse = clickHouseCloud(cloud.apiUrl, cloud.organizations, budget, noteReceipt, around)
  opened.defer(() => clickhouse.close())
  const prober = opened.use(createProber(config.redisUrl, { log }))
  const clouds = {
    network: withSharedLists(azureNetwork(credential, config.azureUrl, watch)),
    dns: azurePrivateDns(credential, config.azureUrl, places, watch),
    clickhouse,
    prober,
  }
  const producer = opened.use(createProducer(redis))
  const heads = opened.use(await openAuditHeads(config.auditHeads, log))
  const ledger = redisLedger(redis, { appended: heads.note, ...(metrics !== undefined && { changed: metrics.changed }) })
  const survey = redisSurvey(redis)
  const inventoryStore = redisInventory(redis)
  const catalog = createCatalog(clickhouse, cloud.organizations, inventoryStore)
  const shared = {
    networks,
    organizations: cloud.organizations,
    policies,
    ledger,
    installation: redisInstallation(redis, config.installation),
    turns: redisTurns(redis),
    removedRequests: redisRemovedRequests(redis),
    producer,
    catalog,
    targets: createTargets(clickhouse, (id, name) => {
      survey.learn({ [id]: name }).catch((error: unknown) => log.warn({ err: error, service: id }, 'private name not kept'))
    }),
    clouds,
    access: azureAccess(credential, config.azureUrl, around),
    log,
    inventory: inventoryStore,
    diagnoses: redisDiagnoses(redis, retention.diagnoses),
    watches: redisWatches(redis),
    verdicts: countedVerdicts(redisVerdicts(redis), metrics?.judged),
    survey,
    ...(metrics !== undefined && { stepped: metrics.stepped }),
  }

  const stopping = new AbortController()
  const work = opened.use(
    await startWorker({
      redisUrl: config.redisUrl,
      queue: workQueue,
      schema: workSchema,
      concurrency: 20,
      log,
      handle: async ({ data, signal }) => {
        if (data.kind === 'request') await spendAs('request', () => workOnRequest(data.id, shared, signal))
        else if (data.kind === 'diagnosis') await spendAs('diagnosis', () => workOnDiagnosis(data.id, shared, signal))
        else if (data.kind === 'survey-network') await spendAs('background', () => surveyNetwork(data.id, shared, signal))
        else await spendAs('background', () => workOnSurvey(data.id, shared, signal))
      },
    }),
  )
  const watches = opened.use(
    await startWorker({
      redisUrl: config.redisUrl,
      queue: watchQueue,
      schema: turnSchema,
      concurrency: 10,
      log,
      handle: async ({ data, signal }) => await spendAs('background', () => workOnWatch(data, shared, signal)),
    }),
  )
  opened.defer(() => stopping.abort())
  opened.use(startSweep(shared))
  opened.use(startWatchSweep(shared))
  opened.use(startRetention({ ...shared, audit: redisAuditWriter(redis, heads.note) }, retention.requests))
  // Forms offer choices from the inventory, so it is read before "ready", unless ClickHouse Cloud takes longer than this.
  const inventory = catalog.refresh(stopping.signal)
  inventory.catch((error: unknown) => log.warn({ err: error }, 'inventory not read'))
  await Promise.race([inventory.catch(() => undefined), sleep(firstInventoryWithinMs)])
  opened.use(startSurveys(shared))
  return metrics === undefined
    ? {}
    : await serveWatched(config, metrics, redis, { [workQueue]: work, [watchQueue]: watches }, opened)
}

function countedVerdicts(verdicts: Verdicts, judged: (code: string) => void = () => undefined): Verdicts {
  return {
    ...verdicts,
    async save(service, network, verdict) {
      judged(verdict.code)
      await verdicts.save(service, network, verdict)
    },
  }
}
