import { z } from 'zod'

/**
 * The queues and the data of their jobs. A job names a record, and its reader takes the state from that record, not from the job.
 *
 *   work              bot → jobs            plan or apply a request, diagnose, survey services and networks; people wait for most of it
 *   watch             bot, jobs → jobs      one turn of a watch; a queue of its own, so that it does not delay what people wait for
 *   probe-<network>   jobs → diagnostics    check a host from inside the network; the job's return value is the evidence
 *   outbox            bot, jobs → bot       show the newest state of a record in chat
 */

/** The braces put all keys in one hash slot: Redis Cluster runs a script only on keys of one slot. */
export const prefix = '{privatelink}'

/** What the keys of a limit begin with. */
export function limitKey(name: string): string {
  return `${prefix}:limit:${name}`
}

/** A key of what only the Teams chat needs. */
export function teamsKey(name: string): string {
  return `${prefix}:teams:${name}`
}

export const workQueue = 'work'
export const watchQueue = 'watch'
export const outboxQueue = 'outbox'

export function probeQueue(network: string): string {
  return `probe-${network}`
}

/** A key of one queue: BullMQ's own, or ours beside them. */
export function queueKey(queue: string, name: string): string {
  return `${prefix}:${queue}:${name}`
}

export const workSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('request'), id: z.string() }),
  z.strictObject({ kind: z.literal('diagnosis'), id: z.string() }),
  z.strictObject({ kind: z.literal('survey'), id: z.enum(['anew', 'more']) }),
  // The id is the network's name.
  z.strictObject({ kind: z.literal('survey-network'), id: z.string() }),
])
export type Work = z.infer<typeof workSchema>

/** `confirms`: this turn repeats the checks of the one before, to confirm what it saw. */
export const turnSchema = z.strictObject({ id: z.string(), confirms: z.boolean().optional() })
export type Turn = z.infer<typeof turnSchema>

const surface = z.enum(['slack', 'teams'])

/** Who is told that a request is lost, and where it was asked for: the ledger does not have it any more. */
const lostSchema = z.strictObject({
  kind: z.literal('lost'),
  id: z.string(),
  place: z.strictObject({ surface, id: z.string(), name: z.string().exactOptional() }),
  by: z.strictObject({
    key: z.string(),
    name: z.string(),
    email: z.string().exactOptional(),
    accounts: z.partialRecord(surface, z.string()),
  }),
})
export type LostRequest = z.infer<typeof lostSchema>

export const outboxSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('request'), id: z.string() }),
  z.strictObject({ kind: z.literal('diagnosis'), id: z.string() }),
  lostSchema,
])
export type OutboxItem = z.infer<typeof outboxSchema>

/** What a job may choose: the host, and the address that it should resolve to. Ports and path are fixed in the worker. */
export const probeSchema = z.strictObject({
  host: z.string().max(253),
  /** The private endpoint's address as Azure reports it. */
  expectedAddress: z.ipv4().optional(),
  /** Leaves out `/ping`, which would wake an idle service. */
  quiet: z.boolean().optional(),
  /** How long the asker waits for the answer, in milliseconds. */
  deadlineMs: z.number().int().positive().optional(),
})
export type Probe = z.infer<typeof probeSchema>
