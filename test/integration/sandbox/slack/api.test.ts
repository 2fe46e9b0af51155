import { expect, test } from 'vitest'
import { slack as estate } from '../../../../sandbox/estate.ts'
import { blocks, clientOf, refusal, stage } from './fixture.ts'

const { data, approvals } = estate.channels
const { alice, bob } = estate.users

test('a token is needed, and the right one', async () => {
  await using at = await stage()
  expect(await at.client.auth.test()).toMatchObject({ ok: true, user_id: estate.botUserId, team_id: estate.teamId })
  expect((await refusal(clientOf(at.slack, 'xoxb-other').auth.test())).error).toBe('invalid_auth')
  const bare = await fetch(`${at.slack.url}auth.test`, { method: 'POST', body: new URLSearchParams() })
  expect([bare.status, await bare.json()]).toEqual([200, { ok: false, error: 'not_authed' }])
  const field = await fetch(`${at.slack.url}auth.test`, { method: 'POST', body: new URLSearchParams({ token: estate.botToken }) })
  expect(await field.json()).toMatchObject({ ok: true })
  expect((await refusal(at.client.apiCall('chat.scheduleMessage', {}))).error).toBe('unknown_method')
})

test('JSON bodies work like forms', async () => {
  await using at = await stage()
  const response = await fetch(`${at.slack.url}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${estate.botToken}` },
    body: JSON.stringify({ channel: data, text: 'hello', blocks: [{ type: 'divider' }] }),
  })
  expect(await response.json()).toMatchObject({ ok: true, channel: data })
  expect(at.slack.messages).toMatchObject([{ text: 'hello', blocks: [{ type: 'divider' }] }])
})

test('a message goes where the bot is, with a text', async () => {
  await using at = await stage({ notMemberOf: ['approvals'] })
  const { postMessage } = at.client.chat
  expect((await refusal(postMessage({ channel: 'C0NOWHERE', text: 'x' }))).error).toBe('channel_not_found')
  expect((await refusal(postMessage({ channel: approvals, text: 'x' }))).error).toBe('not_in_channel')
  expect((await refusal(at.client.apiCall('chat.postMessage', { channel: data, blocks: [{ type: 'divider' }] }))).error).toBe(
    'no_text',
  )
  expect((await refusal(at.client.apiCall('chat.postMessage', { channel: data, text: 'x', blocks: '[' }))).error).toBe(
    'invalid_blocks_format',
  )
  expect((await refusal(at.client.apiCall('chat.postMessage', { text: 'x' }))).error).toBe('invalid_arguments')
  expect(at.slack.messages).toEqual([])
})

test("a person's id stands for the direct message", async () => {
  await using at = await stage()
  const { channel } = await at.client.chat.postMessage({ channel: alice, text: 'hi' })
  expect(channel).toMatch(/^D/)
  expect(await at.client.conversations.open({ users: alice })).toMatchObject({ channel: { id: channel } })
  expect(await at.client.conversations.info({ channel: `${channel}` })).toMatchObject({ channel: { is_im: true, user: alice } })
  expect(await at.client.users.info({ user: bob })).toMatchObject({
    user: { name: 'bob', profile: { email: 'bob@acme.example' } },
  })
  expect(await at.client.users.lookupByEmail({ email: 'bob@acme.example' })).toMatchObject({ user: { id: bob } })
  expect((await refusal(at.client.users.lookupByEmail({ email: 'eve@acme.example' }))).error).toBe('users_not_found')
})

test('an update keeps the history; text alone takes the blocks away', async () => {
  await using at = await stage()
  const { ts = '' } = await at.client.chat.postMessage({ channel: data, text: 'one', blocks: blocks({ type: 'divider' }) })
  await at.client.chat.update({ channel: data, ts, text: 'two', blocks: blocks({ type: 'divider' }, { type: 'divider' }) })
  await at.client.chat.update({ channel: data, ts, text: 'three' })
  expect(at.slack.messages).toMatchObject([{ ts, text: 'three', blocks: [] }])
  expect(at.slack.messages[0]?.history.map(({ text, blocks }) => [text, blocks.length])).toEqual([
    ['one', 1],
    ['two', 2],
    ['three', 0],
  ])
  expect((await refusal(at.client.chat.update({ channel: data, ts, text: 'x'.repeat(4_001) }))).error).toBe('msg_too_long')
})

test("only the bot's own messages can be changed, and no ephemeral ones", async () => {
  await using at = await stage()
  const said = at.slack.say('alice', 'data', 'mine')
  const { message_ts: ts = '' } = await at.client.chat.postEphemeral({ channel: data, user: alice, text: 'psst' })
  expect(at.slack.ephemerals).toMatchObject([{ channel: data, user: alice, text: 'psst' }])
  expect((await refusal(at.client.chat.update({ channel: data, ts: said.ts, text: 'x' }))).error).toBe('cant_update_message')
  expect((await refusal(at.client.chat.delete({ channel: data, ts: said.ts }))).error).toBe('cant_delete_message')
  expect((await refusal(at.client.chat.update({ channel: data, ts, text: 'x' }))).error).toBe('message_not_found')
  expect((await refusal(at.client.chat.postEphemeral({ channel: data, user: 'U0NOBODY', text: 'x' }))).error).toBe(
    'user_not_in_channel',
  )
  const { ts: own = '' } = await at.client.chat.postMessage({ channel: data, text: 'gone soon' })
  await at.client.chat.delete({ channel: data, ts: own })
  expect((await refusal(at.client.chat.update({ channel: data, ts: own, text: 'x' }))).error).toBe('message_not_found')
})

test('one message a second to a channel, after a short burst', async () => {
  let now = 1_700_000_000_000
  await using at = await stage({ now: () => now })
  const post = (channel = data) => at.client.chat.postMessage({ channel, text: 'x' })
  for (let count = 0; count < 3; count++) await post()
  await expect(post()).rejects.toMatchObject({ retryAfter: 1 })
  await post(approvals)
  now += 1_000
  await post()
  const raw = await fetch(`${at.slack.url}chat.postMessage`, {
    method: 'POST',
    body: new URLSearchParams({ token: estate.botToken, channel: data, text: 'x' }),
  })
  expect([raw.status, raw.headers.get('retry-after'), await raw.json()]).toEqual([429, '1', { ok: false, error: 'ratelimited' }])
})

test('updates are limited by the minute, over all channels', async () => {
  let now = 1_700_000_000_000
  await using at = await stage({ now: () => now })
  const { ts = '' } = await at.client.chat.postMessage({ channel: data, text: '0' })
  const update = () => at.client.chat.update({ channel: data, ts, text: 'x' })
  for (let count = 0; count < 20; count++) await update()
  await expect(update()).rejects.toMatchObject({ retryAfter: 2 })
  now += 60_000
  for (let count = 0; count < 20; count++) await update()
  await expect(update()).rejects.toMatchObject({ retryAfter: 2 })
})

test('what pings is known, and escaped or plain text does not', async () => {
  await using at = await stage({ rates: { 'chat.postMessage': { burst: 9, perSecond: 9 } } })
  const pings = async (text: string, ...list: object[]) => {
    await at.client.chat.postMessage({ channel: data, text, blocks: blocks(...list) })
    return at.slack.messages.at(-1)?.pings
  }
  const hostile = '<!channel> <!here|x> <!everyone> <!subteam^S012> <@U01ALICE|a> <https://a.example|<b>'
  expect(await pings(hostile)).toEqual(['!channel', '!here', '!everyone', '!subteam^S012', '@U01ALICE'])
  expect(await pings(hostile.replaceAll('<', '&lt;').replaceAll('>', '&gt;'))).toEqual([])
  expect(await pings('<!date^1700000000^{date}|then> <#C034DEF> @channel')).toEqual([])
  expect(await pings('x', { type: 'section', text: { type: 'plain_text', text: hostile } })).toEqual([])
  expect(await pings('x', { type: 'section', fields: [{ type: 'mrkdwn', text: '<!here>' }] })).toEqual(['!here'])
  expect(await pings('x', { type: 'context', elements: [{ type: 'mrkdwn', text: '<@U02BOB>' }] })).toEqual(['@U02BOB'])
})

test('calls are recorded, and the gate can refuse them before and after their effect', async () => {
  await using at = await stage()
  at.world.gate = async (_, phase) => (phase === 'arrived' ? { status: 503, body: { ok: false, error: 'down' } } : undefined)
  await refusal(at.client.chat.postMessage({ channel: data, text: 'never' })).catch(() => undefined)
  expect(at.slack.messages).toEqual([])
  at.world.gate = async (_, phase) => (phase === 'answered' ? { status: 503, body: { ok: false, error: 'down' } } : undefined)
  await refusal(at.client.chat.postMessage({ channel: data, text: 'lost answer' })).catch(() => undefined)
  expect(at.slack.messages).toMatchObject([{ text: 'lost answer' }])
  expect(at.world.calls).toMatchObject([
    { vendor: 'slack', method: 'POST', path: '/api/chat.postMessage', status: 503 },
    { vendor: 'slack', method: 'POST', path: '/api/chat.postMessage', status: 503 },
  ])
})
