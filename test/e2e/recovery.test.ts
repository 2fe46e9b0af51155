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
  const held = Promise.withResolvers<void>()
  let holding: (() => void) | undefined
  const reached = new Promise<void>((resolve) => {
    holding = resolve
  })
  // The last read before the service is allowed.
  world.gate = async ({ vendor, method, path }, phase) => {
    const organized = world.organizations[0]?.privateEndpoints.length === 1
    if (phase === 'answered' && vendor === 'clickhouse' && method === 'GET' && path.includes('/services/') && organized) {
      holding?.()
      await held.promise
    }
    return undefined
  }
  await desk.approve(request)
  await reached
  await desk.steal(request.id)
  const sweeping = world.calls.length
  held.resolve()
  world.gate = async (call, phase) => {
    // The next worker begins by looking at everything; only the robbed one would write at once.
    const looked = world.calls.slice(sweeping).some(({ vendor, path }) => vendor === 'arm' && path.includes('privateDnsZones'))
    return allowing(call) && phase === 'arrived' && !looked
      ? { status: 400, body: { status: 400, error: 'BAD_REQUEST: the robbed worker wrote' } }
      : undefined
  }
  const ended = await desk.settled(request.id, ['done', 'failed'])
  expect(ended.outcome?.problem).toBeUndefined()
  expect(world.calls.filter(allowing)).toHaveLength(1)
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
