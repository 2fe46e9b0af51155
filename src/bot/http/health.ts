import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../../redis/connection.ts'
import { limitKey } from '../../redis/queues.ts'
import type { Route } from './server.ts'

/** Written to see whether Redis takes writes. */
const writtenKey = limitKey('ready')

/** How long Redis may take to answer, in milliseconds. */
const answerWithinMs = 500

interface ChatHealth {
  readonly name: string
  problem(): string | undefined
}

export interface Health {
  redisAnswers(): Promise<boolean>
  readonly routes: Readonly<Record<string, Route>>
}

/** `/healthz`: the process runs. `/readyz`: Redis takes writes, and a chat serves the bot; it names those that do not. */
export function createHealth(redis: Connection, chats: () => readonly ChatHealth[]): Health {
  const redisAnswers = async () => {
    const pinged = redis.ping().then(
      () => true,
      () => false,
    )
    return await Promise.race([pinged, sleep(answerWithinMs, false, { ref: false })])
  }
  /** What is wrong with Redis. A write, because a replica, a full one and one that loads its data answer a PING as well. */
  const redisProblem = async (): Promise<string | undefined> => {
    const written = redis.set(writtenKey, '', 'PX', 1_000).then(
      () => undefined,
      (error: Error) =>
        /^[A-Z]{3,}\b/.test(error.message) ? `takes no writes: ${error.message.split(' ')[0]}` : 'does not answer',
    )
    return await Promise.race([written, sleep(answerWithinMs, 'does not answer', { ref: false })])
  }
  return {
    redisAnswers,
    routes: {
      'GET /healthz': (_request, response) => answer(response, 200, { status: 'alive' }),
      'GET /readyz': async (_request, response) => {
        const problem = await redisProblem()
        const redis = problem === undefined ? {} : { redis: problem }
        const all = chats()
        const problems = Object.fromEntries(
          all.map(({ name, problem }) => [name, problem()]).filter(([, why]) => why !== undefined),
        )
        const ready = !('redis' in redis) && (Object.keys(problems).length < all.length || all.length === 0)
        answer(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...redis, ...problems })
      },
    },
  }
}

function answer(response: Parameters<Route>[1], status: number, body: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}
