import { expect, test } from 'vitest'
import { slack as estate } from '../../../../sandbox/estate.ts'
import { buttonsOf } from '../../../../sandbox/slack/driver/click.ts'
import { blocks, bot, reply, stage } from './fixture.ts'

const { data, approvals } = estate.channels
const { alice, bob } = estate.users
const button = (text: string, action_id: string, extra: object = {}) => ({
  type: 'button',
  text: { type: 'plain_text', text },
  action_id,
  value: 'PL-42',
  ...extra,
})
const card = (...elements: object[]) => ({ text: 'a card', blocks: blocks({ type: 'actions', block_id: 'decide', elements }) })
const post = (url: unknown, body: unknown) =>
  fetch(`${url}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

test('a command arrives as Slack sends it, and the answer is for the person alone', async () => {
  await using at = await stage()
  await using app = await bot((_, response) => reply(response, { text: 'got it' }))
  const people = at.slack.driver(app.url)
  const exchange = await people.command('alice', 'setup a & <b>', { channel: 'approvals' })
  expect(exchange).toMatchObject({ status: 200, body: '{"text":"got it"}' })
  expect(app.heard).toMatchObject([
    {
      token: expect.any(String),
      team_id: estate.teamId,
      team_domain: 'acme',
      channel_id: approvals,
      channel_name: 'approvals',
      user_id: alice,
      user_name: 'alice',
      command: '/privatelink',
      text: 'setup a &amp; &lt;b&gt;',
      api_app_id: estate.appId,
      is_enterprise_install: 'false',
      response_url: expect.stringMatching(/^http:/),
      trigger_id: expect.any(String),
    },
  ])
  expect(at.slack.ephemerals).toMatchObject([{ user: alice, channel: approvals, text: 'got it', via: 'answer' }])
  await people.command('bob', 'help', { channel: 'dm' })
  expect(app.heard[1]).toMatchObject({ channel_name: 'directmessage', channel_id: at.slack.directory.directMessage(bob)?.id })
})

test('an answer that Slack would not show is a failure', async () => {
  await using at = await stage()
  await using app = await bot((fields, response) => {
    if (fields.text === 'blocks') return reply(response, { text: 'x', blocks: [{ type: 'nonsense' }] })
    response.writeHead(500).end()
  })
  const people = at.slack.driver(app.url)
  await people.command('alice', 'blocks')
  await people.command('alice', 'crash')
  expect(at.slack.failures.map(({ what, error }) => [what, error])).toEqual([
    ['/privatelink blocks', expect.stringContaining('invalid_blocks [ERROR] unsupported type: nonsense')],
    ['/privatelink crash', 'dispatch_failed'],
  ])
  expect(at.slack.ephemerals).toEqual([])
})

test('after 3 s Slack does not wait any more', async () => {
  await using at = await stage()
  await using app = await bot(() => undefined)
  const exchange = await at.slack.driver(app.url).command('alice', 'setup')
  expect(exchange).toMatchObject({ status: 0, error: 'operation_timeout' })
  expect(exchange.elapsedMs).toBeGreaterThanOrEqual(2_990)
  expect(at.slack.failures).toMatchObject([{ user: alice, error: 'operation_timeout' }])
})

test('a click carries the message; one on an ephemeral message does not', async () => {
  await using at = await stage()
  await using app = await bot((_, response) => reply(response))
  const people = at.slack.driver(app.url)
  const { ts = '' } = await at.client.chat.postMessage({
    channel: data,
    ...card(button('Approve', 'ok', { style: 'primary' }), button('Reject', 'no')),
  })
  const message = await at.slack.until(({ messages }) => messages.find((one) => one.ts === ts))
  expect(buttonsOf(message).map(({ text, value }) => [text, value])).toEqual([
    ['Approve', 'PL-42'],
    ['Reject', 'PL-42'],
  ])
  expect((await people.click('bob', message, 'Approve')).status).toBe(200)
  expect(app.heard[0]).toMatchObject({
    type: 'block_actions',
    user: { id: bob, username: 'bob', name: 'bob', team_id: estate.teamId },
    api_app_id: estate.appId,
    container: { type: 'message', message_ts: ts, channel_id: data, is_ephemeral: false },
    team: { id: estate.teamId },
    channel: { id: data, name: 'data' },
    message: { ts, text: 'a card', blocks: [{ type: 'actions', block_id: 'decide' }] },
    response_url: expect.any(String),
    trigger_id: expect.any(String),
    state: { values: {} },
    actions: [
      { type: 'button', action_id: 'ok', block_id: 'decide', value: 'PL-42', style: 'primary', text: { text: 'Approve' } },
    ],
  })
  await at.client.chat.postEphemeral({ channel: data, user: alice, ...card(button('Cancel', 'cancel')) })
  const whisper = await at.slack.until(({ ephemerals }) => ephemerals[0])
  await people.click('alice', whisper, ({ actionId }) => actionId === 'cancel')
  expect(app.heard[1]).toMatchObject({ container: { is_ephemeral: true } })
  expect(app.heard[1]).not.toHaveProperty('message')
  await expect(people.click('bob', whisper, 'Cancel')).rejects.toThrow('bob does not see this ephemeral')
  await expect(people.click('bob', message, 'Delete')).rejects.toThrow('0 buttons match Delete; there are [Approve] [Reject]')
  await expect(people.click('bob', message, /./)).rejects.toThrow('2 buttons match')
})

test('a response_url works five times in 30 minutes', async () => {
  let now = Date.now()
  await using at = await stage({ now: () => now, notMemberOf: ['data'] })
  await using app = await bot((_, response) => reply(response))
  await at.slack.driver(app.url).command('alice', 'one')
  const url = app.heard[0]?.response_url
  expect((await post(url, { text: 'for you' })).status).toBe(200)
  expect((await post(url, { text: 'for all', response_type: 'in_channel' })).status).toBe(200)
  expect((await post(url, { text: 'x', blocks: [{ type: 'nonsense' }] })).status).toBe(400)
  expect((await post(url, { blocks: [] })).status).toBe(400)
  expect((await post(url, { replace_original: true, text: 'x' })).status).toBe(404)
  expect(await (await post(url, { text: 'six' })).json()).toEqual({ ok: false, error: 'used_url' })
  expect(at.slack.ephemerals).toMatchObject([{ user: alice, text: 'for you', via: 'response_url' }])
  expect(at.slack.messages).toMatchObject([{ channel: data, text: 'for all' }])
  expect(at.slack.responses.map(({ status }) => status)).toEqual([200, 200, 400, 400, 404, 404])
  await at.slack.driver(app.url).command('alice', 'two')
  now += 30 * 60_000 + 1
  expect(await (await post(app.heard[1]?.response_url, { text: 'late' })).json()).toEqual({ ok: false, error: 'expired_url' })
})

test('a response_url of a click replaces and deletes what was clicked, ephemeral or not', async () => {
  await using at = await stage()
  await using app = await bot((_, response) => reply(response))
  const people = at.slack.driver(app.url)
  await at.client.chat.postEphemeral({ channel: data, user: alice, ...card(button('Cancel', 'cancel')) })
  const whisper = await at.slack.until(({ ephemerals }) => ephemerals[0])
  await people.click('alice', whisper, 'Cancel')
  await post(app.heard[0]?.response_url, { replace_original: true, text: 'cancelled' })
  expect(at.slack.ephemerals).toMatchObject([
    { text: 'cancelled', blocks: [], history: [{ text: 'a card' }, { text: 'cancelled' }] },
  ])
  await post(app.heard[0]?.response_url, { delete_original: true })
  expect(at.slack.ephemerals).toMatchObject([{ deleted: true }])
})

test('forged and replayed requests are what they look like', async () => {
  await using at = await stage()
  await using app = await bot((_, response) => reply(response, { text: 'welcome' }))
  const people = at.slack.driver(app.url)
  const old = Math.floor(Date.now() / 1000) - 3_600
  const attempts = [
    { secret: 'guess' },
    { signature: 'v0=00' },
    { timestamp: old },
    { headers: { 'x-slack-signature': undefined } },
  ]
  for (const forge of attempts) expect((await people.command('mallory', 'x', { forge })).status).toBe(401)
  expect(app.heard).toEqual([])
  const stranger = await people.command('mallory', 'x', { forge: { teamId: 'T0EVIL', appId: 'A0EVIL', userId: bob } })
  expect(stranger.status).toBe(200)
  expect(app.heard[0]).toMatchObject({ team_id: 'T0EVIL', api_app_id: 'A0EVIL', user_id: bob })
  expect([at.slack.ephemerals, at.slack.failures]).toEqual([[], []])
  expect((await people.replay(stranger.request)).status).toBe(200)
  expect(app.heard[1]).toEqual(app.heard[0])
  expect(people.requests).toHaveLength(5)
})

test('waiting ends with what was found, or says what was there instead', async () => {
  await using at = await stage()
  const found = at.slack.until(({ messages }) => messages.find(({ text }) => text === 'later')?.ts)
  await at.client.chat.postMessage({ channel: data, text: 'now <@U01ALICE>' })
  await at.client.chat.postMessage({ channel: data, text: 'later' })
  expect(await found).toBe(at.slack.messages[1]?.ts)
  const missed = at.slack.until(() => false, { timeoutMs: 20, what: 'a miracle' })
  await expect(missed).rejects.toThrow(/has not seen a miracle[\s\S]*@privatelink in #data\nnow @alice/)
})
