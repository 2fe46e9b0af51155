import { afterEach, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import type { Call, RecordSet } from '../../sandbox/world.ts'
import { addZone, made, openDesk, quick, whole } from './house.ts'

let sandbox: Sandbox | undefined
afterEach(async () => {
  await sandbox?.close()
  sandbox = undefined
})

async function open(): Promise<{ sandbox: Sandbox; desk: ReturnType<typeof openDesk> }> {
  sandbox = await startSandbox({ latencies: quick })
  const desk = openDesk(sandbox)
  await Promise.all([sandbox.start('jobs'), sandbox.start('diagnostics')])
  return { sandbox, desk }
}

const allowing = ({ vendor, method, path }: Call) => vendor === 'clickhouse' && method === 'PATCH' && path.includes('/services/')

test('a decision whose wake-up was lost is carried out all the same', async () => {
  const { sandbox, desk } = await open()
  await desk.approveWithoutWaking(await desk.ask('analytics-prod'))
  await desk.settled('PL-1', ['done'])
  expect(made(sandbox)).toEqual(whole)
  await desk.close()
})

test('a worker whose request was taken by another writes no more', async () => {
  const { sandbox, desk } = await open()
  const { world } = sandbox
  const request = await desk.ask('analytics-prod')
  let stolenAt: number | undefined
  // Its first try fails, and while it waits to try again the request is taken from it. The next worker begins by looking at everything.
  world.gate = async (call, phase) => {
    if (phase !== 'arrived' || !allowing(call)) return undefined
    if (stolenAt === undefined) {
      stolenAt = world.calls.length
      await desk.steal(request.id)
      return { status: 500, body: { status: 500, error: 'INTERNAL: not now' } }
    }
    const lookedAgain = world.calls.slice(stolenAt).some(({ path }) => path.includes('privateDnsZones'))
    return lookedAgain ? undefined : { status: 400, body: { status: 400, error: 'BAD_REQUEST: the robbed worker wrote' } }
  }
  await desk.approve(request)
  await desk.settled(request.id, ['done'])
  const answers = world.calls.filter(allowing).map(({ status }) => status)
  expect(answers.filter((status) => status !== 429)).toEqual([500, 200])
  expect(made(sandbox)).toEqual(whole)
  await desk.close()
})

test('writes whose answers are lost are not made twice', async () => {
  const { sandbox, desk } = await open()
  const { world } = sandbox
  const request = await desk.ask('analytics-prod')
  const lost = new Set<string>()
  world.gate = async ({ vendor, method, path }, phase) => {
    if (phase !== 'answered' || vendor === 'slack' || method === 'GET' || lost.has(path)) return undefined
    lost.add(path)
    return { status: 500, body: { error: { code: 'InternalServerError', message: 'lost' } } }
  }
  await desk.approve(request)
  const { state, outcome } = await desk.settled(request.id, ['done', 'failed'])
  expect(outcome?.problem).toBeUndefined()
  expect(state).toBe('done')
  expect(lost.size).toBeGreaterThanOrEqual(6)
  expect(made(sandbox)).toEqual(whole)
  await desk.close()
})

test('a foreign record that appears while the request runs is not overwritten', async () => {
  const { sandbox, desk } = await open()
  const { world } = sandbox
  const zone = addZone(sandbox)
  const request = await desk.ask('analytics-prod')
  const foreign: RecordSet = { type: 'A', name: '*', ttl: 60, addresses: ['10.1.2.3'], metadata: { owner: 'hub' }, etag: 'e1' }
  world.gate = async ({ method, path }, phase) => {
    if (phase === 'answered' && method === 'PUT' && /privateEndpoints/i.test(path)) zone.records.set('a/*', foreign)
    return undefined
  }
  await desk.approve(request)
  const { outcome } = await desk.settled(request.id, ['done', 'failed', 'awaiting-approval'])
  expect(outcome?.problem).toMatchObject({ code: 'blocked', message: expect.stringContaining('owner=hub') })
  expect(zone.records.get('a/*')).toBe(foreign)
  expect(foreign.addresses).toEqual(['10.1.2.3'])
  await desk.close()
})

test('an approval that nobody gives runs out', async () => {
  sandbox = await startSandbox({
    latencies: quick,
    configure: (file) => ({ ...file, policies: file.policies.map((policy) => ({ ...policy, expiry: '1s' })) }),
  })
  const desk = openDesk(sandbox)
  await sandbox.start('jobs')
  const { id } = await desk.ask('analytics-prod')
  await desk.settled(id, ['expired'])
  await desk.close()
})
