import { z } from 'zod'

/**
 * Queue names and what travels on them. A job only wakes work up: it names a record of the ledger, and its reader takes the state from there.
 *
 *   work              bot → jobs            plan or apply a request, diagnose, survey services and networks: somebody waits for most of it
 *   watch             bot, jobs → jobs      one turn of a watch; nobody waits, so it stands in nobody's way
 *   probe-<network>   jobs → diagnostics    look at a host from inside the network; the job's return value is the evidence
 *   outbox            bot, jobs → bot       show the newest state of a record in chat
 */

/** Braces keep all keys in one hash slot, which Redis Cluster needs. */
export const prefix = '{privatelink}'

export const workQueue = 'work'
export const watchQueue = 'watch'
export const outboxQueue = 'outbox'

export function probeQueue(network: string): string {
  return `probe-${network}`
}

export const workSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('request'), id: z.string() }),
  z.strictObject({ kind: z.literal('diagnosis'), id: z.string() }),
  z.strictObject({ kind: z.literal('survey'), id: z.enum(['anew', 'more']) }),
])
export type Work = z.infer<typeof workSchema>

/** `confirms`: a second look at what the one before has seen. */
export const turnSchema = z.strictObject({ id: z.string(), confirms: z.boolean().optional() })
export type Turn = z.infer<typeof turnSchema>

export const outboxSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('request'), id: z.string() }),
  z.strictObject({ kind: z.literal('diagnosis'), id: z.string() }),
])
export type OutboxItem = z.infer<typeof outboxSchema>

/** Ports and path are the worker's own: a job chooses only the host, and where it expects that to lead. */
export const probeSchema = z.strictObject({
  host: z.string().max(253),
  /** The private endpoint's address as Azure tells it. */
  expectedAddress: z.ipv4().optional(),
  /** Nothing that could wake the service: no `/ping`. */
  quiet: z.boolean().optional(),
  /** Whoever asks waits no longer than this, in milliseconds. */
  deadlineMs: z.number().int().positive().optional(),
})
export type Probe = z.infer<typeof probeSchema>
