import type { BotConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { redisAudit } from '../redis/audit.ts'
import { connect } from '../redis/connection.ts'
import { redisLedger } from '../redis/ledger.ts'
import { redisLimit } from '../redis/limits.ts'
import { redisPace } from '../redis/pace.ts'
import { createProducer } from '../redis/producer.ts'
import { outboxQueue, outboxSchema } from '../redis/queues.ts'
import { redisDiagnoses, redisInventory, redisMessages, redisSeen } from '../redis/records.ts'
import { redisSurvey, redisVerdicts } from '../redis/survey.ts'
import { redisWatches } from '../redis/watches.ts'
import { startWorker } from '../redis/worker.ts'
import { override } from './answers/break-glass.ts'
import { answerClick } from './answers/click.ts'
import { answerCommand } from './answers/command.ts'
import type { Desk } from './answers/desk.ts'
import { refillForm, submitForm } from './answers/form.ts'
import { homeOf } from './answers/home.ts'
import { attendanceOf } from './cards/request/approver-availability.ts'
import { honest } from './chat/safe-handlers.ts'
import { createHealth } from './http/health.ts'
import { createMetrics } from './http/metrics.ts'
import { startHttpServer } from './http/server.ts'
import { startCatchUp } from './outbox/catch-up.ts'
import { deliver } from './outbox/deliver.ts'
import { startRollCall } from './outbox/watch-approvers.ts'
import { createGuard, rememberSeconds } from './slack/guard.ts'
import { createReceiver } from './slack/receiver.ts'
import { createSlackSurface } from './slack/surface.ts'

/** What plans, applies or looks costs calls of the clouds: a person may ask for so much. */
const costlyCommands = { name: 'costly', times: 20, seconds: 60 }

/** Slack takes about one post a second in a channel, and a short burst: https://docs.slack.dev/apis/web-api/rate-limits */
const posts = { name: 'posts', burst: 3, everyMs: 1_000 }

/** Slack takes at least 50 updates a minute, of all channels together. */
const updates = { name: 'updates', burst: 15, everyMs: 1_200 }

/** Messages about different records are delivered side by side. */
const outboxConcurrency = 4

export interface Bot {
  readonly port: number
  close(): Promise<void>
}

/** Everything of the bot process, until it serves. Rejects when Slack refuses the token or stays away, or the port is taken. */
export async function startBot(config: BotConfig, log: Log): Promise<Bot> {
  const redis = connect(config.redisUrl, { patient: false })
  redis.on('error', (error) => log.warn({ err: error }, 'redis'))
  const producer = createProducer(redis)
  const ledger = redisLedger(redis)
  const diagnoses = redisDiagnoses(redis)
  const metrics = createMetrics(ledger)
  const messages = redisMessages(redis)
  const desk: Desk = {
    ledger,
    audit: redisAudit(redis),
    surface: 'slack',
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
    groupsOf: (person, groups) => surface.groupsOf(person, groups),
    attendanceOf: (request) => attendanceOf(surface, request),
    attach: (person, file) => surface.attach(person, file),
    declined: metrics.declined,
    costly: redisLimit(redis, costlyCommands, log),
    log,
    now: () => new Date().toISOString(),
  }
  const health = createHealth(redis)
  const seen = redisSeen(redis, { name: 'slack', seconds: rememberSeconds })
  const guard = createGuard({ seen, now: Date.now, signingSecret: config.slack.signingSecret })
  const intake = createReceiver({ ...config.slack, guard, metrics, log })
  const surface = createSlackSurface({ ...config.slack, intake, people: config.people, guard, metrics, log })

  await surface.listen(
    honest(
      {
        command: (said) => answerCommand(desk, said),
        click: (click) => answerClick(desk, click),
        home: (by) => homeOf(desk, by),
        confirm: (by, confirmed) => override(desk, by, confirmed),
        refill: (place, filled) => refillForm(desk, place, filled),
        submit: (by, place, filled) => submitForm(desk, by, place, filled),
      },
      { log, redisAnswers: health.redisAnswers },
    ),
  )
  const server = await startHttpServer(config, {
    ...health.routes,
    'GET /metrics': metrics.route,
    ...(intake.serve !== undefined && { 'POST /slack/events': intake.serve }),
  })
  const pace = { posts: redisPace(redis, posts, log), updates: redisPace(redis, updates, log) }
  const worker = await startWorker({
    redisUrl: config.redisUrl,
    queue: outboxQueue,
    schema: outboxSchema,
    concurrency: outboxConcurrency,
    log,
    handle: ({ data }) => deliver({ surface, ledger, diagnoses, messages, pace, log, now: Date.now }, data),
  })
  const catchUp = startCatchUp({ ledger, producer, log })
  const rollCall = startRollCall({ ledger, surface, messages, producer }, log)
  return {
    port: server.port,
    async close() {
      catchUp.close()
      rollCall.close()
      await server.close()
      await surface.close()
      await worker.close()
      await producer.close()
      redis.disconnect()
    },
  }
}
