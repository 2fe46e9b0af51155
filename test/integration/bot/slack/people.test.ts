import { expect, test, vi } from 'vitest'
import type { Workspace } from '../../../../sandbox/slack/directory.ts'
import { slackPeople } from '../../../../src/bot/slack/people.ts'
import type { Person } from '../../../../src/domain/person.ts'
import { type Stage, stage } from '../../sandbox/slack/fixture.ts'

/** Who somebody is, by what Slack says of the account. */

const alice: Person = {
  key: 'person:Alice Adams',
  name: 'Alice Adams',
  email: 'mallory@acme.example',
  accounts: { slack: 'U01ALICE' },
}

async function open(workspace: Partial<Workspace> = {}) {
  const at = await stage(workspace)
  return { at, people: slackPeople(at.client, { people: [alice], home: () => ({ teamId: 'T0ACME' }) }) }
}

function silent({ world }: Stage, method: string, error = 'internal_error'): void {
  world.gate = async ({ path }) => (path.includes(method) ? { status: 200, body: { ok: false, error } } : undefined)
}

test('a second account with the listed email is the listed person, whose own account stays the one to write to', async () => {
  const { at, people } = await open()
  await using _ = at
  expect(await people.identify('U0MALLORY', 'mallory')).toEqual(alice)
  expect(await people.identify('U02BOB', 'bob')).toEqual({
    key: 'slack:U02BOB',
    name: 'bob',
    email: 'bob@acme.example',
    accounts: { slack: 'U02BOB' },
  })
})

test.each([
  ['of another workspace', { team_id: 'T0OTHER' }],
  ['of a stranger in a shared channel', { is_stranger: true }],
  ['that is not confirmed', { is_email_confirmed: false }],
  ['of which Slack does not say that it is confirmed', { is_email_confirmed: null }],
  ['of a bot', { is_bot: true }],
])('an email %s ties nobody', async (_whose, profile) => {
  const { at, people } = await open({ profiles: { mallory: profile } })
  await using _ = at
  expect(await people.identify('U0MALLORY', 'mallory')).toEqual({
    key: 'slack:U0MALLORY',
    name: 'mallory',
    accounts: { slack: 'U0MALLORY' },
  })
})

test('an email of which Slack says nothing more is as good as a confirmed one', async () => {
  const { at, people } = await open({ profiles: { mallory: { is_email_confirmed: undefined } } })
  await using _ = at
  expect(await people.identify('U0MALLORY', 'mallory')).toEqual(alice)
})

test('an organization’s own people are vouched for in each of its workspaces', async () => {
  const { at, people } = await open({
    profiles: { mallory: { team_id: 'T0HOME', enterprise_user: { teams: ['T0HOME', 'T0ACME'] } } },
  })
  await using _ = at
  expect(await people.identify('U0MALLORY', 'mallory')).toEqual(alice)
})

test('while Slack does not say whose account it is, nobody is taken for anybody; a listed account needs no asking', async () => {
  const { at, people } = await open()
  await using _ = at
  silent(at, 'users.info')
  await expect(people.identify('U0MALLORY', 'mallory')).rejects.toThrow()
  expect(await people.identify('U01ALICE', 'alice')).toBe(alice)
})

test('an app without the scopes takes everybody for their account, and finds nobody by their email', async () => {
  const { at, people } = await open()
  await using _ = at
  silent(at, '/users.', 'missing_scope')
  const mallory = { key: 'slack:U0MALLORY', name: 'mallory', accounts: { slack: 'U0MALLORY' } }
  expect(await people.identify('U0MALLORY', 'mallory')).toEqual(mallory)
  const dora = { key: 'person:Dora', name: 'Dora', email: 'carol@acme.example', accounts: {} }
  await expect(people.accountOf(dora)).rejects.toMatchObject({ code: 'place-unreachable' })
  expect(await people.away([mallory, dora])).toEqual(new Map([['person:Dora', 'unknown']]))
})

test('a person who is listed by email alone is written to, and looked after', async () => {
  const { at, people } = await open()
  await using _ = at
  const dora = { key: 'person:Dora', name: 'Dora', email: 'carol@acme.example', accounts: {} }
  expect(await people.accountOf(dora)).toBe('U03CAROL')
  expect(await people.away([dora, { ...dora, key: 'person:Nobody', email: 'nobody@acme.example' }])).toEqual(
    new Map([['person:Nobody', 'unknown']]),
  )
  await expect(people.accountOf({ key: 'person:X', name: 'X', accounts: {} })).rejects.toMatchObject({
    code: 'place-unreachable',
  })
})

test('deactivated is told apart from unknown', async () => {
  const { at, people } = await open({ deactivated: new Set(['bob']) })
  await using _ = at
  const account = (id: string) => ({ key: id, name: id, accounts: { slack: id } })
  expect(await people.away(['U02BOB', 'U03CAROL', 'U0GONE'].map(account))).toEqual(
    new Map([
      ['U02BOB', 'deactivated'],
      ['U0GONE', 'unknown'],
    ]),
  )
})

test('somebody who is listed by their email, and got a new account, is there again', async () => {
  const deactivated = new Set<string>()
  const { at, people } = await open({ deactivated })
  await using _ = at
  const dora: Person = { key: 'person:Dora', name: 'Dora', email: 'carol@acme.example', accounts: {} }
  expect(await people.away([dora])).toEqual(new Map())
  deactivated.add('carol')
  const clock = vi.spyOn(performance, 'now')
  const later = (ms: number) => clock.mockReturnValue(performance.timeOrigin + ms)
  later(120_000)
  expect(await people.away([dora])).toEqual(new Map([['person:Dora', 'deactivated']]))
  const users = at.slack.directory.users as { id: string; name: string; email: string }[]
  users.unshift({ id: 'U09CAROL', name: 'carol.jones', email: 'carol@acme.example' })
  later(240_000)
  expect(await people.away([dora])).toEqual(new Map())
  expect(await people.accountOf(dora)).toBe('U09CAROL')
  clock.mockRestore()
})

test('while Slack does not say whether somebody is there, it is as it was', async () => {
  const deactivated = new Set(['bob'])
  const { at, people } = await open({ deactivated })
  await using _ = at
  const bob = { key: 'bob', name: 'Bob', accounts: { slack: 'U02BOB' } }
  expect(await people.away([bob])).toEqual(new Map([['bob', 'deactivated']]))
  deactivated.clear()
  silent(at, 'users.info')
  const later = performance.now() + 60_000
  const clock = vi.spyOn(performance, 'now').mockReturnValue(later)
  expect(await people.away([bob])).toEqual(new Map([['bob', 'deactivated']]))
  at.world.gate = async () => undefined
  expect(await people.away([bob])).toEqual(new Map())
  clock.mockRestore()
})

test('the members of groups are people; a group that is not there has none, and one that is not told about is unknown', async () => {
  const { at, people } = await open({ groups: { S0NETSEC: ['U03CAROL', 'U0MALLORY'], S0MORE: ['U03CAROL'] } })
  await using _ = at
  const group = (id: string) => ({ surface: 'slack', id }) as const
  const members = await people.membersOf([group('S0NETSEC'), group('S0MORE'), group('S0GONE')])
  expect(members?.map(({ key }) => key)).toEqual(['slack:U03CAROL', 'person:Alice Adams'])
  silent(at, 'usergroups.users.list')
  expect(await people.membersOf([group('S0OTHER')])).toBeUndefined()
})

test('who is in a group is asked anew each time, and once for all who ask at the same moment', async () => {
  const { at, people } = await open()
  await using _ = at
  const group = { surface: 'slack', id: 'S0NETSEC' } as const
  const carol = { key: 'person:Carol', name: 'Carol', accounts: { slack: 'U03CAROL' } }
  const asked = () => at.world.calls.filter(({ path }) => path.includes('usergroups.users.list')).length
  const answers = await Promise.all([people.groupsOf(carol, [group]), people.groupsOf(alice, [group])])
  expect(answers).toEqual([[group], []])
  expect(asked()).toBe(1)
  await people.groupsOf(carol, [group])
  expect(asked()).toBe(2)
  silent(at, 'usergroups.users.list')
  await expect(people.groupsOf(carol, [group])).rejects.toThrow()
})
