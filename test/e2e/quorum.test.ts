import { afterEach, describe, expect, test } from 'vitest'
import type { configuration } from '../../sandbox/estate.ts'
import { type Chat, openChat } from './chat.ts'
import { made, nothing } from './house.ts'

/** Policies at work, from a click to the clouds. */

let chat: Chat
afterEach(async () => await chat.close())

type Policy = Record<string, unknown>

/** A house whose first policy is changed. */
async function openWith(changes: Policy): Promise<Chat> {
  chat = await openChat({
    without: ['diagnostics'],
    configure: (file: ReturnType<typeof configuration>) => ({
      ...file,
      policies: file.policies.map((policy, index) => (index === 0 ? { ...policy, ...changes } : policy)),
    }),
  })
  return chat
}

const setup = async () => {
  await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
  return await chat.card('approvals', 'awaiting-approval')
}

/** What somebody was told in person. */
const told = async (person: string, ...words: readonly string[]) =>
  await chat.sandbox.slack.until(
    ({ messages }) =>
      messages.find(
        (message) =>
          message.channel ===
            chat.sandbox.slack.directory.directMessage(chat.sandbox.slack.directory.user(person)?.id ?? '')?.id &&
          words.every((word) => chat.text(message).includes(word)),
      ),
    { what: `a message to ${person} with ${words.join(', ')}` },
  )

describe('two of two, one of them by a group', () => {
  test('who has approved is shown, a person counts once, and the second starts it', async () => {
    const { people, card, text, whisper, sandbox } = await openWith({
      approvers: ['Bob Builder', 'slack-group:S0NETSEC'],
      approvals: 2,
    })
    const asked = await setup()
    expect(text(asked)).toContain('Needs 2 approvals, by @bob or')
    await people.click('bob', asked, 'Approve')
    await whisper('bob', 'You approved PL-1.', 'It needs 1 more approval')
    await card('approvals', '1 of 2 approvals, by @bob')
    await people.click('bob', asked, 'Approve')
    await whisper('bob', 'a person counts once')
    await people.click('mallory', asked, 'Approve')
    await whisper('mallory', 'You are not among the approvers')
    expect(made(sandbox)).toEqual(nothing)
    await people.click('carol', asked, 'Approve')
    await whisper('carol', 'It is running now')
    await card('approvals', '· failed')
    await told('alice', 'Set up Private Link', '· failed')
  })

  test('nobody gets in by a group while the chat does not say who is in it', async () => {
    const { people, whisper, sandbox } = await openWith({ approvers: ['slack-group:S0NETSEC'] })
    const asked = await setup()
    sandbox.world.gate = async ({ path }) =>
      path.includes('usergroups.users.list') ? { status: 200, body: { ok: false, error: 'missing_scope' } } : undefined
    await people.click('carol', asked, 'Approve')
    await whisper('carol', 'I could not check the group just now')
    sandbox.world.gate = async () => undefined
    await people.click('carol', asked, 'Approve')
    await whisper('carol', 'It is running now')
  })
})

test('a changed plan voids the approvals, and says so to those who gave them', async () => {
  const { people, card, sandbox } = await openWith({})
  const asked = await setup()
  const { world } = sandbox
  const held = Promise.withResolvers<void>()
  world.gate = async ({ vendor, method }, phase) => {
    if (vendor === 'arm' && method === 'GET' && phase === 'arrived') await held.promise
    return undefined
  }
  await people.click('bob', asked, 'Approve')
  await card('approvals', '· applying')
  const service = world.services.find(({ name }) => name === 'analytics-prod')
  service?.privateEndpointIds.push('somebody-else')
  held.resolve()
  await card('approvals', 'the plan has changed', 'awaiting-approval')
  await told('bob', 'your approval does not count any more')
})

test('break-glass: a reason and a confirmation, everyone concerned is told, and somebody else reviews it', async () => {
  const { people, card, text, whisper, sandbox } = await openWith({ breakGlass: ['Alice Archer'] })
  const asked = await setup()
  await people.click('bob', asked, 'Break glass')
  await whisper('bob', 'Only @alice may run PL-1 without an approval')
  await people.click('alice', asked, 'Break glass')
  const view = await sandbox.slack.until(({ views }) => views.find(({ open }) => open), { what: 'the confirmation' })
  expect(sandbox.slack.render(view)).toContain('runs at once, without an approval')
  await people.submit('alice', view, { reason: 'the warehouse is down <!channel>' })
  await whisper('alice', 'PL-1 runs now')
  await told('bob', 'runs PL-1 without an approval', 'the warehouse is down')
  const ended = await card('approvals', '· failed', 'Asked by', 'Somebody else has to review it')
  expect(sandbox.slack.messages.flatMap(({ pings }) => pings)).not.toContain('!channel')
  await people.command('alice', 'requests open')
  await whisper('alice', 'Open requests', 'request PL-1 · failed', 'needs a review')
  await people.click('alice', ended, 'Reviewed')
  await whisper('alice', 'Someone else has to review PL-1')
  await people.click('carol', ended, 'Reviewed')
  expect(text(await card('approvals', 'Asked by', 'Reviewed by @carol'))).toContain('Run without an approval by @alice')
  await told('bob', '· failed', 'Run without an approval by @alice', 'Reviewed by @carol')
})

test('cancelled while it runs: it stops before its next step, and says what was done', async () => {
  const { people, card, text, whisper, sandbox } = await openWith({})
  const asked = await setup()
  const held = Promise.withResolvers<void>()
  // Neither the operation nor the endpoint that it makes says that it has ended.
  let isMade = false
  sandbox.world.gate = async ({ vendor, method, path }, phase) => {
    const isEndpoint = path.includes('/privateEndpoints/')
    if (isEndpoint && method === 'PUT') isMade = true
    const tells = path.includes('/operations/') || (isMade && isEndpoint && method === 'GET')
    if (vendor === 'arm' && tells && phase === 'arrived') await held.promise
    return undefined
  }
  await people.click('bob', asked, 'Approve')
  const running = await card('approvals', '· applying', '▸ private endpoint')
  await people.click('mallory', running, 'Cancel')
  await whisper('mallory', 'Only @alice, who asked for PL-1')
  await people.click('alice', running, 'Cancel')
  await whisper('alice', 'PL-1 stops before its next step')
  held.resolve()
  const ended = text(await card('approvals', '· cancelled'))
  expect(ended).toContain('Cancelled by @alice')
  expect(ended).toMatch(/Changed, and left so: .*private endpoint/)
  expect(ended).toMatch(/Not done: .*allow list/)
  expect(made(sandbox)).toMatchObject({ endpoints: 1, allowListEntries: 0 })
})

test('cancelled, and the plan has changed: it ends, and nobody is asked again', async () => {
  const { people, card, whisper, text, sandbox } = await openWith({})
  const asked = await setup()
  const held = Promise.withResolvers<void>()
  sandbox.world.gate = async ({ vendor, method }, phase) => {
    if (vendor === 'arm' && method === 'GET' && phase === 'arrived') await held.promise
    return undefined
  }
  await people.click('bob', asked, 'Approve')
  const running = await card('approvals', '· applying')
  sandbox.world.services.find(({ name }) => name === 'analytics-prod')?.privateEndpointIds.push('somebody-else')
  await people.click('alice', running, 'Cancel')
  await whisper('alice', 'PL-1 stops before its next step')
  held.resolve()
  expect(text(await card('approvals', '· cancelled'))).toMatch(/Cancelled by @alice.*Approved before that by @bob/s)
})

test('a reminder mentions only those who can still act, and comes once', async () => {
  const { people, card, text, sandbox } = await openWith({ approvals: 2, expiry: '1h', reminders: ['2s'] })
  await people.click('bob', await setup(), 'Approve')
  const reminder = await card('approvals', 'still needs approval by @carol')
  expect(reminder.pings).toEqual(['@U03CAROL'])
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  expect(sandbox.slack.messages.filter((message) => text(message).includes('still needs approval'))).toHaveLength(1)
})

test('a reminder of a group’s request disturbs only those of the group who can still act', async () => {
  const { people, card, whisper } = await openWith({
    approvers: ['Bob Builder', 'slack-group:S0NETSEC'],
    approvals: 2,
    expiry: '1h',
    reminders: ['3s'],
  })
  await people.click('bob', await setup(), 'Approve')
  await whisper('bob', 'You approved PL-1')
  expect((await card('approvals', 'still needs approval by @carol')).pings).toEqual(['@U03CAROL'])
})

test('a group that does not exist cannot approve, and the request says so', async () => {
  const { text } = await openWith({ approvers: ['slack-group:S0GONE'] })
  expect(text(await setup())).toContain('it cannot be approved any more')
})

test('a deactivated approver is shown as that, and what can no longer be approved says so', async () => {
  const { text, sandbox } = await openWith({ approvals: 2 })
  sandbox.slack.directory.workspace.deactivated?.add('carol')
  const asked = text(await setup())
  expect(asked).toContain('Carol Jones (account deactivated)')
  expect(asked).toContain('it cannot be approved any more')
})

test('a request that has to say why, and does not', async () => {
  await openWith({ reason: 'required' })
  const refused = await chat.ask('setup analytics-prod in prod-westus3', '· failed', 'needs a reason')
  expect(refused).toContain('because REASON')
  const { people, sandbox } = chat
  await people.command('alice', 'setup')
  const view = await sandbox.slack.until(({ views }) => views.find(({ open }) => open), { what: 'the form' })
  const answer = await people.submit('alice', view, {
    Service: 'analytics-prod · westus3',
    Network: 'prod-westus3 (westus3)',
  })
  expect(JSON.stringify(answer)).toContain('setup in prod-westus3 needs a reason')
})
