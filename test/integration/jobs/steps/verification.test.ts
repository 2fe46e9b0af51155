import { expect, test } from 'vitest'
import type { World } from '../../../../sandbox/world.ts'
import { progressLines } from '../../../../src/bot/cards/request/progress-lines.ts'
import type { DnsAnswer, NetworkEvidence } from '../../../../src/domain/diagnosis/evidence.ts'
import { apply } from '../../../../src/jobs/requests/apply.ts'
import { makePlan } from '../../../../src/jobs/steps/procedure.ts'
import type { StepContext } from '../../../../src/jobs/steps/step.ts'
import { verifying } from '../../../../src/jobs/steps/verification.ts'
import { afterSetup } from '../../../contract/after-setup.ts'
import { endpointIn, type Workshop } from '../../../contract/step-fixture.ts'
import { samples } from '../../../sample-requests.ts'

/** How long a setup looks until the path is healthy: as long as what it sees passes by itself, and says so meanwhile. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

const step = verifying({ everyMs: 5, graceMs: 50, workerGraceMs: 20 })

function plane(dns: Partial<DnsAnswer>): NetworkEvidence {
  const { address } = endpointIn(world)
  const answer = { server: '168.63.129.16', rcode: 'NOERROR', addresses: [address], cnames: [], ttl: 300, elapsedMs: 1, ...dns }
  const resolved = answer.addresses.length > 0
  const tls = { address, verified: true, bytesRead: 3_000, protocol: 'TLSv1.3', elapsedMs: 1 }
  const tcp = { address, connected: true, elapsedMs: 1 }
  if (!resolved) return { resolver: answer, 'azure-dns': answer, address: { refused: 'no-answer' } }
  return {
    ...{ resolver: answer, 'azure-dns': answer, address: { dialled: address }, 'tcp:8443': tcp, 'tcp:9440': tcp },
    ...{ 'tls:8443': tls, 'tls:9440': tls, ping: { status: 200, body: 'Ok.\n', elapsedMs: 1 } },
  }
}

const nothing: Partial<DnsAnswer> = { rcode: 'NXDOMAIN', addresses: [], soa: 'azureprivatedns.net' }

/** Looks, with these answers of the network for so many looks, and then healthy ones. */
async function verify(looks: number, more: Partial<StepContext> = {}) {
  const told: string[] = []
  let asked = 0
  const { clouds, ...context } = workshop.context()
  const prober = { ...clouds.prober, probe: async () => plane(++asked > looks ? {} : nothing) }
  const whole: StepContext = {
    ...context,
    clouds: { ...clouds, prober },
    tell: async (note) => {
      told.push(note)
    },
    ...more,
  }
  const { facts } = whole
  const { dns, network } = clouds
  const endpoint = await network.endpoint(endpointIn(world).id, whole.signal)
  if (endpoint !== undefined) facts.endpoint = { ...endpoint, connection: 'Approved' }
  const [zone] = await dns.zones('westus3.privatelink.azure.clickhouse.cloud', whole.target.network, whole.signal)
  if (zone !== undefined) {
    facts.zone = zone
    facts.records = await dns.aRecords(zone, whole.signal)
  }
  const [{ service }] = whole.target.services
  facts.allowLists = new Map([[service.id, { name: service.name, state: 'running', entries: [endpoint?.guid ?? ''] }]])
  facts.organization = { entries: [{ id: endpoint?.guid ?? '' }], readAt: performance.now() }
  const error: unknown = await step.apply(whole, { kind: 'update', fields: [] }).catch((thrown: unknown) => thrown)
  return { error, told, code: facts.verdict?.code, asked: () => asked }
}

test('a link that is completed and not in effect is waited for beyond the grace, and the card says why', async () => {
  const { error, told, code } = await verify(40, { facts: { linkedAt: performance.now() } })
  expect(error).toBeUndefined()
  expect(code).toBe('healthy')
  expect(told.length).toBeGreaterThan(30)
  expect(told[0]).toMatch(
    /^sees dns-[a-z-]+: the link is new, and names take a while to resolve over it; looks on for 4 min at most$/,
  )
})

test('what nothing explains ends after the grace', async () => {
  const { error, told, code } = await verify(1_000)
  expect(error).toMatchObject({ name: 'TerminalError', code })
  expect(told.length).toBeGreaterThan(0)
  expect(told.length).toBeLessThan(30)
  expect(told[0]).toMatch(/; looks on for 10 s at most$/)
})

test('a cancellation ends the wait', async () => {
  let looks = 0
  const fence = async (): Promise<void> => {
    if (++looks === 3) throw new Error('stopped')
  }
  const { error, asked } = await verify(1_000, { facts: { linkedAt: performance.now() }, fence })
  expect(error).toMatchObject({ message: 'stopped' })
  expect(asked()).toBe(3)
})

test('what a waiting step sees is in the journal, so that the card shows it', async () => {
  const { clouds } = workshop.context()
  let asked = 0
  const prober = { ...clouds.prober, probe: async () => plane(++asked > 1 ? {} : nothing) }
  const seen: string[] = []
  const context = workshop.context({ clouds: { ...clouds, prober } })
  const plan = await makePlan('setup', context)
  await apply({
    plan,
    request: { ...samples.applying, action: 'setup', steps: {} },
    context: workshop.context({ clouds: { ...clouds, prober } }),
    now: () => new Date().toISOString(),
    record: async (id, { state, note }) => {
      if (id === 'verification' && state === 'running' && note !== undefined) seen.push(note)
    },
  })
  expect(seen).toEqual([expect.stringMatching(/^sees dns-/)])
  const steps = { verification: { state: 'running' as const, startedAt: '', changed: false, note: seen[0] ?? '' } }
  const lines = progressLines({ ...samples.applying, steps }).map((line) => (typeof line === 'string' ? line : line.join('')))
  expect(lines).toContainEqual(expect.stringContaining('verified from the network: looking · sees dns-'))
})
