import { describe, expect, test } from 'vitest'
import type { World } from '../../../../sandbox/world.ts'
import { progressLines } from '../../../../src/bot/cards/request/progress-lines.ts'
import { requestCard } from '../../../../src/bot/cards/request/request-card.ts'
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
async function verify(looks: number, more: Partial<StepContext> = {}, seen = () => plane(nothing), after = () => plane({})) {
  const told: string[] = []
  let asked = 0
  const { clouds, ...context } = workshop.context()
  const prober = { ...clouds.prober, probe: async () => (++asked > looks ? after() : seen()) }
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
  return { error, told, code: facts.verdict?.code, works: facts.works, context: whole, asked: () => asked }
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

describe('a service that answers, while a second way of looking up its name fails', () => {
  const ipv6 = (rcode: string): NetworkEvidence => ({
    ...plane({}),
    ipv6: { server: '168.63.129.16', rcode, addresses: [], cnames: [], elapsedMs: 2_000 },
  })
  const servers = (...each: readonly Partial<DnsAnswer>[]): NetworkEvidence => {
    const seen = plane({})
    const right = seen.resolver ?? { server: '', rcode: 'NOERROR', addresses: [], cnames: [], elapsedMs: 1 }
    const all = each.map((more, index) => ({ ...right, server: `10.0.0.${53 + index}`, ...more }))
    // The one that answered this time.
    return { ...seen, resolver: all.find(({ addresses }) => addresses.length > 0) ?? right, servers: all }
  }
  const wrong = { rcode: 'NXDOMAIN', addresses: [], soa: 'ns.corp.example', authoritative: true } as const

  test.each(['SERVFAIL', 'TIMEOUT', 'NXDOMAIN', 'REFUSED'])('is done after AAAA %s, with the warning', async (rcode) => {
    const { error, code, works, asked } = await verify(0, {}, undefined, () => ipv6(rcode))
    expect(error).toBeUndefined()
    expect({ code, works }).toEqual({ code: 'dns-ipv6-failing', works: true })
    expect(asked()).toBeGreaterThan(1)
  })

  test('is done with a second server that answers wrongly', async () => {
    const { error, code } = await verify(0, {}, undefined, () => servers({}, wrong))
    expect(error).toBeUndefined()
    expect(code).toBe('dns-servers-disagree')
  })

  test('is not done where the wrong server is the one that programs ask first', async () => {
    const { error } = await verify(1_000, {}, () => servers(wrong, {}))
    expect(error).toMatchObject({ code: 'dns-servers-disagree' })
  })

  test('is not done where the service itself was not seen to answer', async () => {
    const ping = { status: 503, body: 'no', elapsedMs: 1 }
    const { error, works } = await verify(1_000, {}, () => ({ ...ipv6('SERVFAIL'), ping }))
    expect(error).toMatchObject({ name: 'TerminalError' })
    expect(works).toBe(false)
  })

  test('is healthy, without a warning, where that was one lost packet', async () => {
    const { error, code } = await verify(1, {}, () => ipv6('TIMEOUT'))
    expect(error).toBeUndefined()
    expect(code).toBe('healthy')
  })

  test('is done where it begins to answer after the grace', async () => {
    const { error, code } = await verify(40, { facts: { linkedAt: performance.now() } }, undefined, () => ipv6('SERVFAIL'))
    expect(error).toBeUndefined()
    expect(code).toBe('dns-ipv6-failing')
  })

  test('does not wait for a new link where one server answers over it', async () => {
    const { told } = await verify(0, { facts: { linkedAt: performance.now() } }, undefined, () => servers({}, wrong))
    expect(told.filter((note) => note.includes('the link is new'))).toEqual([])
  })

  test('waits where a server may remember an older answer, not longer than was told first', async () => {
    const { told, code } = await verify(0, {}, undefined, () => servers({}, { rcode: 'NXDOMAIN', addresses: [], ttl: 60 }))
    expect(code).toBe('dns-servers-disagree')
    expect(told[0]).toContain('10.0.0.54 may remember an older answer')
  })

  test('is told on the card, with what to do', async () => {
    const { context } = await verify(0, {}, undefined, () => ipv6('SERVFAIL'))
    const { note, change } = await step.plan(context)
    expect(change).toEqual({ kind: 'none' })
    expect(note).toMatch(/^the service answers over the private endpoint; dns-ipv6-failing: /)
    const { verdict } = context.facts
    if (verdict === undefined) throw new Error('no verdict')
    const card = JSON.stringify(requestCard({ ...samples.done, outcome: { verdict } }, { decides: true }))
    expect(card).toContain('dns-ipv6-failing')
    expect(card).toContain('the service answers over the private endpoint')
    expect(card).toContain('forward the whole zone to 168.63.129.16')
    expect(card).not.toContain('Not verified')
  })
})
