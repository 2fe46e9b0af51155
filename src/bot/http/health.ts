import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../../redis/connection.ts'
import type { Route } from './server.ts'

/** How long Redis may take to answer, in milliseconds. */
const answerWithinMs = 500

export interface Health {
  redisAnswers(): Promise<boolean>
  readonly routes: Readonly<Record<string, Route>>
}

/** `/healthz`: the process runs. `/readyz`: Redis answers too. */
export function createHealth(redis: Connection): Health {
  const redisAnswers = async () => {
    const pinged = redis.ping().then(
      () => true,
      () => false,
    )
    return await Promise.race([pinged, sleep(answerWithinMs, false, { ref: false })])
  }
  return {
    redisAnswers,
    routes: {
      'GET /healthz': (_request, response) => answer(response, 200, { status: 'alive' }),
      'GET /readyz': async (_request, response) => {
        const ready = await redisAnswers()
        answer(response, ready ? 200 : 503, ready ? { status: 'ready' } : { status: 'not ready', redis: 'does not answer' })
      },
    },
  }
}

function answer(response: Parameters<Route>[1], status: number, body: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}
