import type { Ledger } from '../src/domain/ledger.ts'
import type { Person } from '../src/domain/person.ts'
import { digestOf, type Plan, type PlannedStep } from '../src/domain/plan.ts'
import { type Approval, newRequest } from '../src/domain/request.ts'
import type { Messages } from '../src/redis/records.ts'
import { alice, approvals, data, healthy, plan as usual } from '../test/sample-requests.ts'

/** How many people have to approve it: each of them, and each is told when the plan changes. */
const people = 20

/** In the widest letters: what people write is bounded by characters, and Redis counts bytes. */
const reason = '𝒓'.repeat(500)
const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(200, '驛'))
const note = '驛'.repeat(300)

const approvers = Array.from({ length: people }, (_, index): Person => {
  const name = `Approver Number ${index}`
  return {
    key: `person:${name}`,
    name,
    email: `approver.number.${index}@acme.example`,
    accounts: { slack: `U0APPROVER${index}` },
  }
})

/** A request as full as its limits let it be: all services, the longest texts, a plan that changes once after everybody has approved it. */
export async function fullest(ledger: Ledger, messages: Messages): Promise<void> {
  const id = await ledger.nextId()
  const now = () => new Date().toISOString()
  const services = names.map((service) => ({ service }))
  await ledger.create(newRequest(id, { by: alice, place: data, at: now(), services, network: usual.network, reason }))
  await ledger.record(id, { type: 'claim', run: 'planner', at: now() })
  const approval: Approval = {
    approvers,
    groups: [],
    needed: people,
    rejectionEnds: false,
    breakGlass: approvers,
    places: [approvals],
    askedAt: now(),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    remindAt: [now(), now(), now()],
  }
  const [first, second] = [planOf('1'), planOf('2')]
  await ledger.record(id, { type: 'plan-ready', run: 'planner', plan: first, digest: digestOf(first), approval })
  await approve(digestOf(first))
  await ledger.record(id, { type: 'claim', run: 'first', at: now() })
  await ledger.record(id, { type: 'plan-changed', run: 'first', plan: second, digest: digestOf(second), approval })
  await approve(digestOf(second))
  await ledger.record(id, { type: 'claim', run: 'second', at: now() })
  for (const { id: step } of second.steps) {
    const progress = { startedAt: now(), changed: true, note }
    const vendorRequestIds = step === 'allow-list' ? names.map(() => crypto.randomUUID()) : [crypto.randomUUID()]
    await ledger.record(id, { type: 'step', run: 'second', id: step, progress: { ...progress, state: 'running' } })
    const done = { ...progress, state: 'done', finishedAt: now() } as const
    await ledger.record(id, { type: 'step', run: 'second', id: step, progress: done, vendorRequestIds })
  }
  await ledger.record(id, { type: 'finish', run: 'second', outcome: { verdict: healthy, address: '10.0.0.4' }, at: now() })
  await remember()

  async function approve(digest: string): Promise<void> {
    for (const by of approvers) await ledger.record(id, { type: 'approve', by, surface: 'slack', digest, at: now() })
  }

  /** Its messages, and a notice for everyone whose approval was void, each told how it ended. */
  async function remember(): Promise<void> {
    const notices = [...approvers.map(({ key }) => `notice:voided:0123456789ab:${key}`), 'notice:reminder:0123456789ab:1']
    const settled = notices.map((notice) => [`settled:${notice}`, 'ended'] as const)
    const posted = [...notices, 'notice:end', 'slack:C012ABC', 'slack:C034DEF', 'slack:C034DEF:direct']
    for (const [field, value] of [...posted.map((field) => [field, 'D0123456789/1764000000.000001'] as const), ...settled])
      await messages.remember(`request-${id}`, field, value)
  }
}

function planOf(version: string): Plan {
  const [reached] = usual.services
  const services = names.map((name) => ({ ...reached, service: { ...reached.service, name } })) as unknown as Plan['services']
  const fields = names.flatMap((name) => [
    { name: `${name} id`, after: version.padEnd(36, 'x') },
    { name: `${name} entries`, before: '1', after: '2' },
  ])
  const list = (step: PlannedStep): PlannedStep => ({ ...step, resource: names.join(', '), change: { kind: 'update', fields } })
  return { ...usual, services, steps: usual.steps.map((step) => (step.id === 'allow-list' ? list(step) : step)) }
}
