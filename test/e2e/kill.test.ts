import { afterEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import type { Call } from '../../sandbox/world.ts'
import { made, openDesk, quick, whole } from './house.ts'

/**
 * The jobs process is killed with SIGKILL at an outbound call of the apply: when the call has arrived but has had no effect, or when it has had its
 * effect and the answer is lost. Started again, it finishes the request, and nothing exists twice. `KILL_EVERYWHERE=1` does this at every call in
 * turn; otherwise at the calls where most is at stake.
 */

type Moment = 'arrived' | 'answered'

let sandbox: Sandbox | undefined
afterEach(async () => {
  await sandbox?.close()
  sandbox = undefined
})

/** Runs a whole setup and kills the worker at the first call that `isIt` picks. Returns how many calls the apply made. */
async function setupWithDeathAt(
  isIt: (call: Call, index: number) => boolean,
  moment: Moment,
  latencies = quick,
): Promise<{ calls: number; died: boolean }> {
  sandbox = await startSandbox({ latencies })
  const { world } = sandbox
  const desk = openDesk(sandbox)
  let jobs = await sandbox.start('jobs')
  await sandbox.start('diagnostics')
  const request = await desk.ask('analytics-prod')

  let calls = 0
  let restart: Promise<void> | undefined
  let killed: { call: Call; moment: Moment } | undefined
  const indexes = new Map<Call, number>()
  world.gate = async (call, phase) => {
    if (phase === 'arrived') indexes.set(call, calls++)
    if (restart !== undefined || phase !== moment || !isIt(call, indexes.get(call) ?? -1)) return undefined
    killed = { call, moment }
    jobs.kill('SIGKILL')
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    restart = promise
    await jobs.ended
    sandbox?.start('jobs').then((started) => {
      jobs = started
      resolve()
    }, reject)
    // Keeps a call that has only arrived from having any effect; nobody is there to read the answer.
    return { status: 503, body: {} }
  }
  await desk.approve(request)
  const ended = await desk.settled(request.id, ['done', 'failed'])
  await restart
  expect(ended.outcome?.problem).toBeUndefined()
  expect(ended).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
  expect(made(sandbox)).toEqual(whole)
  expect(writtenTwice(world.calls, killed)).toEqual([])
  await desk.close()
  return { calls, died: restart !== undefined }
}

/** Resources that were written more than once. */
function writtenTwice(calls: readonly Call[], killed: { call: Call; moment: Moment } | undefined): readonly string[] {
  const effective = calls.filter((call) => {
    const { vendor, method, status = 0 } = call
    const hadEffect = call === killed?.call ? killed.moment === 'answered' : status < 300
    return (vendor === 'arm' || vendor === 'clickhouse') && method !== 'GET' && hadEffect
  })
  const paths = effective.map(({ path }) => path)
  return paths.filter((path, index) => paths.indexOf(path) !== index)
}

const worst: readonly [string, (call: Call) => boolean, Moment][] = [
  [
    'the link was asked for, nothing done',
    ({ method, path }) => method === 'PUT' && /virtualNetworkLinks/i.test(path),
    'arrived',
  ],
  [
    'the organization entry was made, the answer lost',
    ({ method, path }) => method === 'PATCH' && !path.includes('/services/'),
    'answered',
  ],
  [
    'the service was allowed, the answer lost',
    ({ method, path }) => method === 'PATCH' && path.includes('/services/'),
    'answered',
  ],
]

describe('killed at the worst moments', () => {
  test('the endpoint is still being made when the next worker comes', async () => {
    const slow = { ...quick, privateEndpoint: 15_000 }
    const isIt = ({ method, path }: Call) => method === 'PUT' && /privateEndpoints/i.test(path)
    const { died } = await setupWithDeathAt(isIt, 'answered', slow)
    expect(died).toBe(true)
  })

  test.each(worst)('%s', async (_what, isIt, moment) => {
    const { died } = await setupWithDeathAt(isIt, moment)
    expect(died).toBe(true)
  })
})

describe.runIf(process.env.KILL_EVERYWHERE === '1')('killed at every call in turn', () => {
  test.each(['arrived', 'answered'] as const)('when it has %s', { timeout: 3_600_000 }, async (moment) => {
    for (let index = 0; ; index++) {
      const { died } = await setupWithDeathAt((_call, at) => at === index, moment)
      await sandbox?.close()
      sandbox = undefined
      if (!died) {
        process.stdout.write(`${moment}: killed at ${index} calls in turn\n`)
        return
      }
    }
  })
})
