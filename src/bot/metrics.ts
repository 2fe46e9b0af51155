import { Counter, Histogram, type Registry } from 'prom-client'
import type { Surface } from '../domain/person.ts'
import { requestStates } from '../domain/request.ts'
import { createRegistry, type ProcessReadings } from '../metrics/process-metrics.ts'
import { atMostEvery, oneOf, readGauge } from '../metrics/registry.ts'
import { type CountTransition, countTransitions } from '../metrics/request-transitions.ts'
import type { OpenStates } from '../redis/open-states.ts'
import { type ChatMetrics, declinedReasons, refusedReasons } from './chat/chat-metrics.ts'
import { commandNames } from './command/command-list.ts'

export interface BotReadings extends ProcessReadings {
  open(): Promise<OpenStates>
  /** How many requests chat shows in an older version. */
  unshown(): Promise<number>
  /** How long the oldest of those has been seen to be shown in an older version, in seconds. */
  outboxLag(): number
}

/** The metrics of the bot process; the `help` texts say what each one means. */
export interface BotMetrics extends ChatMetrics {
  readonly register: Registry
  /** Counts a command, by its first word as the bot understood it. */
  commanded(command: string, chat: Surface): void
  readonly changed: CountTransition
}

export function createBotMetrics({ open, unshown, outboxLag, ...shared }: BotReadings): BotMetrics {
  const register = createRegistry(shared)
  const registers = [register]
  const refused = new Counter({
    name: 'privatelink_refused_requests_total',
    help: 'Requests to the bot that were refused before a handler got them, by reason.',
    labelNames: ['why'],
    registers,
  })
  const declined = new Counter({
    name: 'privatelink_declined_clicks_total',
    help: 'Clicks that were refused, by reason.',
    labelNames: ['why'],
    registers,
  })
  const commands = new Counter({
    name: 'privatelink_commands_total',
    help: 'Commands that people sent, by name; "misunderstood" is what is none.',
    labelNames: ['command', 'chat'],
    registers,
  })
  const acknowledged = new Histogram({
    name: 'privatelink_acknowledgement_duration_seconds',
    help: 'Time until a request of a chat was answered. Slack gives up after 3 s.',
    labelNames: ['chat'],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
    registers,
  })
  const openRequests = atMostEvery(open)
  readGauge(register, {
    name: 'privatelink_open_requests',
    help: 'Requests that are not finished, by state. Take the maximum over instances.',
    labelNames: ['state'],
    async read() {
      const { states } = await openRequests()
      return requestStates.map((state) => ({ labels: { state }, value: states.filter((each) => each === state).length }))
    },
  })
  readGauge(register, {
    name: 'privatelink_unreviewed_requests',
    help: 'Requests that somebody ran without an approval and nobody has reviewed. Take the maximum over instances.',
    read: async () => [{ value: (await openRequests()).unreviewed }],
  })
  readGauge(register, {
    name: 'privatelink_unshown_requests',
    help: 'Requests whose newest state the chat does not show yet. Take the maximum over instances.',
    read: async () => [{ value: await unshown() }],
  })
  readGauge(register, {
    name: 'privatelink_outbox_lag_seconds',
    help: 'How long the chat has shown an older state of a request than the ledger has; the longest of all.',
    read: async () => [{ value: outboxLag() }],
  })
  const reason = { refused: oneOf(refusedReasons), declined: oneOf(declinedReasons), command: oneOf(commandNames) }
  return {
    register,
    changed: countTransitions(register),
    refused: (why) => refused.inc({ why: reason.refused(why) }),
    declined: (why) => declined.inc({ why: reason.declined(why) }),
    commanded: (command, chat) => commands.inc({ command: reason.command(command), chat }),
    acknowledged: (chat, seconds) => acknowledged.observe({ chat }, seconds),
  }
}
