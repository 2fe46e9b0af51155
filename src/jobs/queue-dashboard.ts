import type { IncomingMessage } from 'node:http'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { DashboardConfig } from '../config/dashboard.ts'
import { requirePassword } from '../http/password.ts'
import type { Route } from '../http/server.ts'
import type { OpenQueues } from '../redis/open-queues.ts'

/** Where the dashboard is served. */
export const dashboardPath = '/queues'

/** Bull Board behind a password. It shows the jobs, which hold ids and host names, and changes nothing unless it is told that it may. */
export function createQueueDashboard({ all }: OpenQueues, { password, mayWrite }: DashboardConfig): Route {
  const serverAdapter = new ExpressAdapter().setBasePath(dashboardPath)
  createBullBoard({
    queues: all.map((queue) => new BullMQAdapter(queue, { readOnlyMode: !mayWrite })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'privatelink-bot', hideRedisDetails: true } },
  })
  const board: Route = serverAdapter.getRouter()
  return requirePassword(password, (request, response) => {
    const changes = request.method !== 'GET' && request.method !== 'HEAD'
    if (changes && (!mayWrite || isFromElsewhere(request))) {
      const why = mayWrite ? 'This page was not asked from the dashboard itself.' : 'The dashboard is read-only.'
      response.writeHead(mayWrite ? 403 : 405, { 'content-type': 'text/plain' }).end(`${why}\n`)
      return
    }
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    // The board knows its pages without the path that they are served under.
    request.url = (request.url ?? '').slice(dashboardPath.length).replace(/^(?!\/)/, '/')
    board(request, response)
  })
}

/** The page would load fonts from elsewhere, and nobody else has to know of it. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** A browser sends the password along with what other pages make it ask. */
function isFromElsewhere({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin'
  return headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host
}
