import type { Route } from './server.ts'

/** What is not ready, by part of the process, in a few words. */
export type Problems = Readonly<Record<string, string>>

export interface Readiness {
  readonly isReady: boolean
  /** May hold something of a process that is ready: one of two chats that refuses the bot. */
  readonly problems: Problems
}

/** `/healthz`: the process runs. `/readyz`: it can do its work, else 503; it names what cannot. */
export function healthRoutes(readiness: () => Promise<Readiness>): Readonly<Record<string, Route>> {
  return {
    'GET /healthz': (_request, response) => answer(response, 200, { status: 'alive' }),
    'GET /readyz': async (_request, response) => {
      const { isReady, problems } = await readiness().catch(() => unknown)
      answer(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', ...problems })
    },
  }
}

/** Nobody should rely on a process that cannot say how it is. */
const unknown: Readiness = { isReady: false, problems: { process: 'cannot say whether it is ready' } }

/** Ready while nothing is wrong with any part. */
export function allOf(parts: Readonly<Record<string, string | undefined>>): Readiness {
  const problems = Object.fromEntries(Object.entries(parts).filter((part): part is [string, string] => part[1] !== undefined))
  return { isReady: Object.keys(problems).length === 0, problems }
}

function answer(response: Parameters<Route>[1], status: number, body: Problems): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}
