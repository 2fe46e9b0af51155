import { openAuditHeads } from '../audit-heads.ts'
import { type Closable, closable } from '../closable.ts'
import type { BotConfig } from '../config.ts'
import type { Surface } from '../domain/person.ts'
import type { Request } from '../domain/request.ts'
import { allOf, healthRoutes, type Readiness } from '../http/health.ts'
import { onlyLocal, type Route, startHttpServer, timed } from '../http/server.ts'
import type { Log } from '../log.ts'
import { startMetricsPort } from '../metrics/metrics-port.ts'
import { metricsRoute } from '../metrics/registry.ts'
import { redisAudit } from '../redis/audit.ts'
import { redisAuditWriter } from '../redis/audit-append.ts'
import { checkServer } from '../redis/check-server.ts'
import { type Connection, connect, isUnanswered } from '../redis/connection.ts'
import { redisLastServer } from '../redis/last-server.ts'
import { countUnshown, openStates, redisLedger } from '../redis/ledger.ts'
import { redisLimit } from '../redis/limits.ts'
import { createProducer } from '../redis/producer.ts'
import { queueCounts } from '../redis/queue-counts.ts'
import { outboxQueue, outboxSchema, workQueue } from '../redis/queues.ts'
import { readAhead } from '../redis/read-ahead.ts'
import { redisAnswers, redisProblem } from '../redis/readiness.ts'
import { redisDiagnoses, redisInventory, redisMessages } from '../redis/records.ts'
import { replicationOf } from '../redis/replication.ts'
import { redisSurvey, redisVerdicts } from '../redis/survey.ts'
import { redisWatches } from '../redis/watches.ts'
import { startWorker } from '../redis/worker.ts'
import type { Desk } from './answers/desk.ts'
import { handlersOf } from './answers/handlers.ts'
import { watchedHandlers } from './answers/watched-handlers.ts'
import type { ChatMetrics } from './chat/chat-metrics.ts'
import type { Chats } from './chat/chats.ts'
import { peopleInAllChats } from './chat/people-in-all-chats.ts'
import { safeHandlers } from './chat/safe-handlers.ts'
import type { ServedChat } from './chat/served-chat.ts'
import { createBotMetrics } from './metrics.ts'
import { availabilityOf } from './outbox/availability.ts'
import { startCatchUp } from './outbox/catch-up.ts'
import { deliver } from './outbox/deliver.ts'
import { trackLag } from './outbox/lag.ts'
import { ownPosts } from './outbox/own-posts.ts'
import { withShownCards } from './outbox/shown-cards.ts'
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

/** Everything of the bot process, until it serves. Rejects when Redis may drop requests, a chat refuses the credentials or stays away, or the port is taken. */
export async function startBot(config: BotConfig, log: Log): Promise<Bot> {
  await checkServer(config, log)
  await using opened = new AsyncDisposableStack()
  const redis = opened.adopt(connect(config.redisUrl, { patient: false }), (connection) => connection.disconnect())
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const producer = opened.use(createProducer(redis))
  const heads = opened.use(await openAuditHeads(config.auditHeads, log))
  const lag = trackLag(() => performance.now())
  const metrics = createBotMetrics({
    open: () => openStates(redis),
    unshown: () => countUnshown(redis),
    outboxLag: lag.seconds,
    queues: () => queueCounts(redis, [outboxQueue, workQueue]),
    redisProblem: () => redisProblem(redis, 'bot'),
  })
  const messages = ownPosts(redisMessages(redis, config.retention.messages), { keptMs: config.retention.requests, now: Date.now })
  const changed = (before: Request, after: Request): void => {
    metrics.changed(before, after)
    messages.showed(after)
  }
  const replication = replicationOf(redis)
  const ledger = redisLedger(redis, { log, appended: heads.note, changed, replication })
  const ahead = readAhead(ledger)
  const diagnoses = redisDiagnoses(redis, config.retention.diagnoses)
  const served = await openChats(config, { redis, metrics, log, readAhead: ahead.begin })
  const chats: Chats = new Map(served.map(({ surface }) => [surface.name, surface]))
  const people = peopleInAllChats(chats)

  const desk: Omit<Desk, 'surface' | 'attach'> = {
    ledger: ahead.ledger,
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
    told: messages.showed,
    declined: metrics.declined,
    costly: redisLimit(redis, costlyCommands, log),
    log,
    now: () => new Date().toISOString(),
  }
  for (const { surface } of served) {
    opened.defer(() => surface.close())
    const handlers = watchedHandlers(handlersOf({ ...desk, surface: surface.name, attach: surface.attach }), {
      chat: surface.name,
      commanded: (command) => metrics.commanded(command, surface.name),
    })
    await surface.listen(
      safeHandlers(handlers, { log, isUnanswered: async (error) => isUnanswered(error) || !(await redisAnswers(redis)) }),
    )
  }
  const lastServer = redisLastServer(redis)
  const outbox = { chats, people, messages, ledger, diagnoses, policies: config.policies, log, now: Date.now }
  const worker = opened.use(
    await startWorker({
      redisUrl: config.redisUrl,
      queue: outboxQueue,
      schema: outboxSchema,
      concurrency: outboxConcurrency,
      log,
      handle: (job) =>
        withShownCards({ job, server: lastServer }, (shown) => deliver({ ...outbox, shown }, job.data, job.isOurs)),
    }),
  )
  const readiness = async (): Promise<Readiness> => readinessOf(await redisProblem(redis, 'bot'), worker.problem(), served)
  const server = opened.use(
    await startHttpServer(config, {
      ...healthRoutes(readiness),
      ...(config.metrics === undefined && { 'GET /metrics': onlyLocal(metricsRoute(metrics.register)) }),
      ...Object.assign({}, ...served.map((chat) => timedRoutes(chat, metrics.acknowledged))),
    }),
  )
  const apart = config.metrics && opened.use(await startMetricsPort(config.metrics, metrics.register, readiness))
  const catchUp = opened.use(startCatchUp({ ledger, producer, lag, log, server: lastServer, replication, posts: messages }))
  // Another server may have taken over: what it has lost only this process knows.
  redis.on('ready', catchUp.turn)
  opened.use(watchApprovers({ ledger, people, messages, producer }, log))
  const whole = opened.move()
  return {
    port: server.port,
    ...(apart !== undefined && { metricsPort: apart.port }),
    chats: [...chats.keys()],
    ...closable(() => whole.disposeAsync()),
  }
}

/** Ready while Redis takes writes, the outbox is worked on, and a chat serves the bot; it names what does not. */
function readinessOf(redis: string | undefined, outbox: string | undefined, chats: readonly ServedChat[]): Readiness {
  const own = allOf({ redis, outbox })
  const inChats = allOf(Object.fromEntries(chats.map(({ surface, problem }) => [surface.name, problem()])))
  const someServes = chats.length === 0 || Object.keys(inChats.problems).length < chats.length
  return { isReady: own.isReady && someServes, problems: { ...own.problems, ...inChats.problems } }
}

function timedRoutes({ surface: { name }, routes }: ServedChat, took: (chat: Surface, seconds: number) => void) {
  return Object.fromEntries(
    Object.entries(routes).map(([at, route]): [string, Route] => [at, timed(route, (seconds) => took(name, seconds))]),
  )
}

/** Those that are configured. The SDK of Teams is large, so that a bot without Teams does not load it. */
async function openChats(
  { slack, teams, people, policies }: BotConfig,
  shared: { readonly redis: Connection; readonly metrics: ChatMetrics; readonly log: Log; readAhead(request: string): void },
): Promise<readonly ServedChat[]> {
  const places = policies.flatMap((policy) => policy.places)
  return [
    ...(slack === undefined ? [] : [openSlack(slack, { ...shared, people })]),
    ...(teams === undefined ? [] : [(await import('./teams/open.ts')).openTeams(teams, { ...shared, people, places })]),
  ]
}
