import { openAuditHeads } from '../audit-heads.ts'
import { type Closable, closable } from '../closable.ts'
import type { BotConfig } from '../config.ts'
import type { Surface } from '../domain/person.ts'
import type { Log } from '../log.ts'
import { redisAudit } from '../redis/audit.ts'
import { redisAuditWriter } from '../redis/audit-append.ts'
import { type Connection, connect, isUnanswered, serverIdOf } from '../redis/connection.ts'
import { redisLedger } from '../redis/ledger.ts'
import { redisLimit } from '../redis/limits.ts'
import { createProducer } from '../redis/producer.ts'
import { outboxQueue, outboxSchema } from '../redis/queues.ts'
import { redisDiagnoses, redisInventory, redisMessages } from '../redis/records.ts'
import { redisSurvey, redisVerdicts } from '../redis/survey.ts'
import { redisWatches } from '../redis/watches.ts'
import { startWorker } from '../redis/worker.ts'
import type { Desk } from './answers/desk.ts'
import { handlersOf } from './answers/handlers.ts'
import type { ChatMetrics } from './chat/chat-metrics.ts'
import type { Chats } from './chat/chats.ts'
import { peopleInAllChats } from './chat/people-in-all-chats.ts'
import { safeHandlers } from './chat/safe-handlers.ts'
import type { ServedChat } from './chat/served-chat.ts'
import { createHealth } from './http/health.ts'
import { createMetrics } from './http/metrics.ts'
import { onlyLocal, startHttpServer } from './http/server.ts'
import { availabilityOf } from './outbox/availability.ts'
import { startCatchUp } from './outbox/catch-up.ts'
import { deliver } from './outbox/deliver.ts'
import { watchApprovers } from './outbox/watch-approvers.ts'
import { openSlack } from './slack/open.ts'

/** What plans, applies or looks costs calls of the clouds: a person may ask for so much. */
const costlyCommands = { name: 'costly', times: 20, seconds: 60 }

/** Messages about different records are delivered side by side. */
const outboxConcurrency = 4

export interface Bot extends Closable {
  readonly port: number
  /** Where metrics are served apart, if they are. */
  readonly metricsPort?: number
  /** Those that it serves. */
  readonly chats: readonly Surface[]
}

/** Everything of the bot process, until it serves. Rejects when a chat refuses the credentials or stays away, or the port is taken. */
export async function startBot(config: BotConfig, log: Log): Promise<Bot> {
  await using opened = new AsyncDisposableStack()
  const redis = opened.adopt(connect(config.redisUrl, { patient: false }), (connection) => connection.disconnect())
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const producer = opened.use(createProducer(redis))
  const heads = opened.use(await openAuditHeads(config.auditHeads, log))
  const ledger = redisLedger(redis, heads.note)
  const diagnoses = redisDiagnoses(redis, config.retention.diagnoses)
  const messages = redisMessages(redis, config.retention.messages)
  const metrics = createMetrics(ledger)
  const served = await openChats(config, { redis, metrics, log })
  const health = createHealth(redis, () => served.map(({ surface: { name }, problem }) => ({ name, problem })))
  const chats: Chats = new Map(served.map(({ surface }) => [surface.name, surface]))
  const people = peopleInAllChats(chats)

  const desk: Omit<Desk, 'surface' | 'attach'> = {
    ledger,
    audit: { ...redisAudit(redis), ...redisAuditWriter(redis, heads.note) },
    producer,
    messages,
    diagnoses,
    watches: redisWatches(redis),
    inventory: redisInventory(redis),
    survey: redisSurvey(redis),
    verdicts: redisVerdicts(redis),
    organizations: config.organizations,
    networks: config.networks,
    policies: config.policies,
    groupsOf: people.groupsOf,
    availabilityOf: (request) => availabilityOf(people, request),
    declined: metrics.declined,
    costly: redisLimit(redis, costlyCommands, log),
    log,
    now: () => new Date().toISOString(),
  }
  for (const { surface } of served) {
    opened.defer(() => surface.close())
    const handlers = handlersOf({ ...desk, surface: surface.name, attach: surface.attach })
    await surface.listen(
      safeHandlers(handlers, { log, isUnanswered: async (error) => isUnanswered(error) || !(await health.redisAnswers()) }),
    )
  }
  const shared = { chats, people, messages, log }
  opened.use(
    await startWorker({
      redisUrl: config.redisUrl,
      queue: outboxQueue,
      schema: outboxSchema,
      concurrency: outboxConcurrency,
      log,
      handle: ({ data }) => deliver({ ...shared, ledger, diagnoses, policies: config.policies, now: Date.now }, data),
    }),
  )
  const server = opened.use(
    await startHttpServer(config, {
      ...health.routes,
      ...(config.metrics === undefined && { 'GET /metrics': onlyLocal(metrics.route) }),
      ...Object.assign({}, ...served.map(({ routes }) => routes)),
    }),
  )
  const apart =
    config.metrics && opened.use(await startHttpServer(config.metrics, { ...health.routes, 'GET /metrics': metrics.route }))
  opened.use(startCatchUp({ ledger, producer, log, serverId: () => serverIdOf(redis) }))
  opened.use(watchApprovers({ ledger, people, messages, producer }, log))
  const whole = opened.move()
  return {
    port: server.port,
    ...(apart !== undefined && { metricsPort: apart.port }),
    chats: [...chats.keys()],
    ...closable(() => whole.disposeAsync()),
  }
}

/** Those that are configured. The SDK of Teams is large, so that a bot without Teams does not load it. */
async function openChats(
  { slack, teams, people, policies }: BotConfig,
  shared: { readonly redis: Connection; readonly metrics: ChatMetrics; readonly log: Log },
): Promise<readonly ServedChat[]> {
  const places = policies.flatMap((policy) => policy.places)
  return [
    ...(slack === undefined ? [] : [openSlack(slack, { ...shared, people })]),
    ...(teams === undefined ? [] : [(await import('./teams/open.ts')).openTeams(teams, { ...shared, people, places })]),
  ]
}
