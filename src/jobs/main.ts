import { setTimeout as sleep } from 'node:timers/promises'
import { azureAccess } from '../azure/access.ts'
import { azureCredential } from '../azure/credential.ts'
import { azureNetwork } from '../azure/network.ts'
import { azurePrivateDns } from '../azure/private-dns.ts'
import { clickHouseCloud } from '../clickhouse/client.ts'
import { jobsConfig, secretsIn } from '../config.ts'
import { createLog } from '../log.ts'
import { runProcess } from '../process.ts'
import { redisBudget } from '../redis/budget.ts'
import { connect } from '../redis/connection.ts'
import { redisLedger } from '../redis/ledger.ts'
import { createProber } from '../redis/prober.ts'
import { createProducer } from '../redis/producer.ts'
import { turnSchema, watchQueue, workQueue, workSchema } from '../redis/queues.ts'
import { redisDiagnoses, redisInventory } from '../redis/records.ts'
import { redisSurvey, redisVerdicts } from '../redis/survey.ts'
import { redisWatches } from '../redis/watches.ts'
import { startWorker } from '../redis/worker.ts'
import { workOnDiagnosis } from './diagnosis/diagnose.ts'
import { noteReceipt } from './requests/receipts.ts'
import { startSweep } from './requests/sweep.ts'
import { workOnRequest } from './requests/work-on-request.ts'
import { createCatalog } from './services/inventory.ts'
import { startSurveys, workOnSurvey } from './services/survey.ts'
import { createTargets } from './services/target.ts'
import { workOnWatch } from './watches/watch.ts'
import { startWatchSweep } from './watches/watch-sweep.ts'

const firstInventoryWithinMs = 3_000

await runProcess(async () => {
  const config = jobsConfig()
  const { clickhouse: cloud, networks, policies } = config
  const secrets = cloud.organizations.flatMap(({ keyId, keySecret }) => [
    keySecret,
    Buffer.from(`${keyId}:${keySecret}`).toString('base64'),
  ])
  const log = createLog('jobs', [...secrets, ...secretsIn(config.redisUrl)])
  for (const warning of config.warnings) log.warn(warning)
  const credential = azureCredential(config)
  const places = networks.flatMap(({ subscription, resourceGroup, dns }) => [{ subscription, resourceGroup }, dns])
  const redis = connect(config.redisUrl, { patient: true })
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const clickhouse = clickHouseCloud(cloud.apiUrl, cloud.organizations, redisBudget(redis, log), noteReceipt)
  const prober = createProber(config.redisUrl)
  const clouds = {
    network: azureNetwork(credential, config.azureUrl, noteReceipt),
    dns: azurePrivateDns(credential, config.azureUrl, places, noteReceipt),
    clickhouse,
    prober,
  }
  const producer = createProducer(redis)
  const ledger = redisLedger(redis)
  const survey = redisSurvey(redis)
  const inventoryStore = redisInventory(redis)
  const catalog = createCatalog(clickhouse, cloud.organizations, inventoryStore)
  const shared = {
    networks,
    organizations: cloud.organizations,
    policies,
    ledger,
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

  const worker = await startWorker({
    redisUrl: config.redisUrl,
    queue: workQueue,
    schema: workSchema,
    concurrency: 20,
    log,
    handle: async ({ data, signal }) => {
      if (data.kind === 'request') await workOnRequest(data.id, shared, signal)
      else if (data.kind === 'diagnosis') await workOnDiagnosis(data.id, shared, signal)
      else await workOnSurvey(data.id, shared, signal)
    },
  })
  const watcher = await startWorker({
    redisUrl: config.redisUrl,
    queue: watchQueue,
    schema: turnSchema,
    concurrency: 10,
    log,
    handle: async ({ data, signal }) => await workOnWatch(data, shared, signal),
  })
  const sweep = startSweep(shared)
  const watchSweep = startWatchSweep(shared)
  const stopping = new AbortController()
  // Forms offer choices from the inventory; a ClickHouse Cloud that does not answer keeps nobody waiting.
  const inventory = catalog.refresh(stopping.signal)
  inventory.catch((error: unknown) => log.warn({ err: error }, 'inventory not read'))
  await Promise.race([inventory.catch(() => undefined), sleep(firstInventoryWithinMs)])
  const surveys = startSurveys(shared)
  log.info('ready')

  return {
    log,
    async close() {
      surveys.close()
      sweep.close()
      watchSweep.close()
      stopping.abort()
      await Promise.all([worker.close(), watcher.close()])
      await Promise.all([producer.close(), prober.close(), clickhouse.close()])
      redis.disconnect()
    },
  }
})
