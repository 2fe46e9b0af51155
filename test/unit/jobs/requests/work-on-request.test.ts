import { ReplyError } from 'ioredis'
import { beforeEach, expect, test } from 'vitest'
import { UnknownRequest } from '../../../../src/domain/ledger.ts'
import type { RequestEvent } from '../../../../src/domain/request.ts'
import type { RequestJobs } from '../../../../src/jobs/requests/run.ts'
import { workOnRequest } from '../../../../src/jobs/requests/work-on-request.ts'
import { samples } from '../../../sample-requests.ts'

let logged: string[]
beforeEach(() => {
  logged = []
})
const log = {
  info: () => undefined,
  warn: () => logged.push('warning'),
  error: () => logged.push('error'),
}

/** Works on a request whose plan begins with this failure; returns the events that were written, and how the job ended. */
async function planned(failure: Error): Promise<{ readonly written: readonly string[]; readonly ended: unknown }> {
  const request = samples.planning
  const written: string[] = []
  const jobs = {
    networks: [{ name: request.asked.network }],
    turns: { held: async () => ({ ids: [] }) },
    policies: [{ networks: ['*'], actions: ['setup'], reasonRequired: false }],
    ledger: {
      get: async () => request,
      open: async () => [],
      record: async (id: string, { type }: RequestEvent) => {
        if (failure instanceof UnknownRequest && written.includes('claim')) throw new UnknownRequest(id)
        written.push(type)
        return { request, changed: true }
      },
    },
    producer: { show: async () => undefined },
    installation: async () => Promise.reject(failure),
    catalog: { resolve: async () => Promise.reject(failure) },
    log,
  } as unknown as RequestJobs
  const ended = await workOnRequest(request.id, jobs, new AbortController().signal).catch((error: unknown) => error)
  return { written, ended }
}

test('a request that a failover loses meanwhile is left alone', async () => {
  expect(await planned(new UnknownRequest('PL-42'))).toEqual({ written: ['claim'], ended: undefined })
  expect(logged).toEqual(['warning'])
})

test('a request that Redis refuses to write stays as it is, and its job is tried again', async () => {
  const refusal = new ReplyError('NOREPLICAS Not enough good replicas to write.')
  expect(await planned(refusal)).toEqual({
    written: ['claim'],
    ended: expect.objectContaining({ name: 'RetryableError', retryAfterMs: 1_000, cause: refusal }),
  })
})

test.each([
  ['an unknown error', new Error('broken')],
  [
    'a right that is missing, which does not pass',
    new ReplyError("NOPERM User jobs has no permissions to run the 'get' command"),
  ],
])('%s ends the request, so that somebody is told', async (_, failure) => {
  expect(await planned(failure)).toEqual({ written: ['claim', 'fail'], ended: undefined })
})
