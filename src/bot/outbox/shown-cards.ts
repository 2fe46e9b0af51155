import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { LastServer } from '../../redis/last-server.ts'
import type { RunningJob } from '../../redis/worker.ts'
import type { Card } from '../chat/card.ts'

/** The card that each message shows by now, as far as one job has shown it. */
export interface ShownCards {
  has(message: string, card: Card): boolean
  note(message: string, card: Card): void
}

/** Digests of cards by message, and the Redis server that kept them: one that takes over may have lost newer ones. */
const keptSchema = z.object({ server: z.string(), cards: z.record(z.string(), z.string()) })

interface Remembering {
  readonly job: Pick<RunningJob<unknown>, 'progress' | 'keep' | 'isOurs'>
  readonly server: Pick<LastServer, 'current'>
}

/**
 * Runs one attempt of a job. When it fails, for example because one of its messages waits for its turn, the next attempt does not send again what this one
 * has: a chat takes few updates a minute.
 */
export async function withShownCards({ job, server }: Remembering, attempt: (shown: ShownCards) => Promise<void>): Promise<void> {
  const digests = await keptDigests(job.progress, server)
  try {
    await attempt({
      has: (message, card) => digests.get(message) === digestOf(card),
      note: (message, card) => void digests.set(message, digestOf(card)),
    })
  } catch (error) {
    await keep(digests, { job, server }).catch(() => undefined)
    throw error
  }
}

async function keptDigests(progress: unknown, server: Pick<LastServer, 'current'>): Promise<Map<string, string>> {
  const kept = keptSchema.safeParse(progress)
  if (!kept.success || kept.data.server !== (await server.current())) return new Map()
  return new Map(Object.entries(kept.data.cards))
}

async function keep(digests: ReadonlyMap<string, string>, { job, server }: Remembering): Promise<void> {
  if (digests.size === 0 || !(await job.isOurs())) return
  const current = await server.current()
  if (current !== undefined) await job.keep({ server: current, cards: Object.fromEntries(digests) })
}

function digestOf(card: Card): string {
  return createHash('sha256').update(JSON.stringify(card)).digest('base64url').slice(0, 22)
}
