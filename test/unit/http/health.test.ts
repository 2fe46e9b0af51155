import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { allOf, healthRoutes, type Readiness } from '../../../src/http/health.ts'

async function readyz(readiness: () => Promise<Readiness>): Promise<readonly [number, unknown]> {
  let status = 0
  const { promise, resolve } = Promise.withResolvers<string>()
  const response = {
    writeHead(code: number) {
      status = code
      return { end: resolve }
    },
  }
  healthRoutes(readiness)['GET /readyz']?.({} as IncomingMessage, response as unknown as ServerResponse)
  const body: unknown = JSON.parse(await promise)
  return [status, body]
}

test('what is not ready is named', async () => {
  expect(await readyz(async () => allOf({ redis: undefined, work: undefined }))).toEqual([200, { status: 'ready' }])
  expect(await readyz(async () => allOf({ redis: 'does not answer', work: undefined }))).toEqual([
    503,
    { status: 'not ready', redis: 'does not answer' },
  ])
  const half: Readiness = { isReady: true, problems: { teams: 'refuses the bot' } }
  expect(await readyz(async () => half)).toEqual([200, { status: 'ready', teams: 'refuses the bot' }])
})

test('a process that cannot say whether it is ready is not', async () => {
  const [status, body] = await readyz(() => Promise.reject(new Error('secret words')))
  expect(status).toBe(503)
  expect(JSON.stringify(body)).not.toContain('secret words')
})
