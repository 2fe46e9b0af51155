import { setTimeout as sleep } from 'node:timers/promises'
import { azureAccess } from '../azure/access.ts'
import { azureCredential } from '../azure/credential.ts'
import { azureNetwork } from '../azure/network.ts'
import { azurePrivateDns } from '../azure/private-dns.ts'
import { clickHouseCloud } from '../clickhouse/client.ts'
import { type JobsConfig, jobsConfig, secretsIn } from '../config.ts'
import type { Log } from '../log.ts'
import { runProcess } from '../process.ts'
import { redisBudget, spendAs } from '../redis/budget.ts'
import { connect } from '../redis/connection.ts'
import { redisInstallation } from '../redis/installation.ts'
import { redisLedger } from '../redis/ledger.ts'
import { createProber } from '../redis/prober.ts'
import { createProducer } from '../redis/producer.ts'
import { turnSchema, watchQueue, workQueue, workSchema } from '../redis/queues.ts'
import { redisDiagnoses, redisInventory } from '../redis/records.ts'
import { redisSurvey, redisVerdicts } from '../redis/survey.ts'
import { redisTurns } from '../redis/turns.ts'
import { redisWatches } from '../redis/watches.ts'
import { startWorker } from '../redis/worker.ts'
import { workOnDiagnosis } from './diagnosis/diagnose.ts'
import { noteReceipt } from './requests/receipts.ts'
import { startSweep } from './requests/sweep.ts'
import { workOnRequest } from './requests/work-on-request.ts'
import { createCatalog } from './services/inventory.ts'
import { startSurveys, workOnSurvey } from './services/survey.ts'
import { createTargets } from './services/target.ts'
import { withSharedLists } from './shared-lists.ts'
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
    return { config, secrets: [...keys, ...secretsIn(config.redisUrl)], warnings: config.warnings }
  },
  start,
})

async function start(config: JobsConfig, log: Log, opened: AsyncDisposableStack): Promise<object> {
  const { clickhouse: cloud, networks, policies } = config
  const credential = azureCredential(config)
  const places = networks.flatMap(({ subscription, resourceGroup, dns }) => [{ subscription, resourceGroup }, dns])
  const redis = opened.adopt(connect(config.redisUrl, { patient: true }), (connection) => connection.disconnect())
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const clickhouse = clickHouseCloud(cloud.apiUrl, cloud.organizations, redisBudget(redis, log), noteReceipt)
  opened.defer(() => clickhouse.close())
  const prober = opened.use(createProber(config.redisUrl, { log }))
  const clouds = {
    network: withSharedLists(azureNetwork(credential, config.azureUrl, noteReceipt)),
    dns: azurePrivateDns(credential, config.azureUrl, places, noteReceipt),
    clickhouse,
    prober,
  }
  const producer = opened.use(createProducer(redis))
  const ledger = redisLedger(redis)
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
    producer,
    catalog,
    targets: createTargets(clickhouse, (id, name) => {
      survey.learn({ [id]: name }).catch((error: unknown) => log.warn({ err: error, service: id }, 'private name not kept'))
    }),
    clouds,
    access: azureAccess(credential, config.azureUrl),
    log,
    inventory: inventoryStore,
    diagnoses: redisDiagnoses(redis),
    watches: redisWatches(redis),
    verdicts: redisVerdicts(redis),
    survey,
  }

  const stopping = new AbortController()
  opened.use(
    await startWorker({
      redisUrl: config.redisUrl,
      queue: workQueue,
      schema: workSchema,
      concurrency: 20,
      log,
      handle: async ({ data, signal }) => {
        if (data.kind === 'request') await spendAs('request', () => workOnRequest(data.id, shared, signal))
        else if (data.kind === 'diagnosis') await spendAs('diagnosis', () => workOnDiagnosis(data.id, shared, signal))
        else await spendAs('background', () => workOnSurvey(data.id, shared, signal))
      },
    }),
  )
  opened.use(
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
  // Forms offer choices from the inventory, so it is read before "ready", unless ClickHouse Cloud takes longer than this.
  const inventory = catalog.refresh(stopping.signal)
  inventory.catch((error: unknown) => log.warn({ err: error }, 'inventory not read'))
  await Promise.race([inventory.catch(() => undefined), sleep(firstInventoryWithinMs)])
  opened.use(startSurveys(shared))
  return {}
}
