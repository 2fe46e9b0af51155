import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { redisDiagnoses } from '../../../src/redis/records.ts'
import { bob } from '../../sample-requests.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, type BotWorldOptions, startBotWorld, textOf } from './harness.ts'

let at: BotWorld | undefined
afterEach(async () => {
  await at?.close()
  at = undefined
})

async function start(options: BotWorldOptions): Promise<BotWorld> {
  at = await startBotWorld(options)
  return at
}

const { users, channels } = workspace
const direct = `D${users.alice.slice(1)}`

async function ask({ driver }: BotWorld, text = anotherSetup(), channel = 'data'): Promise<string> {
  const { body } = await driver.command('alice', text, { channel })
  return /request (PL-\d+)/.exec(body)?.[1] ?? `no request in ${body}`
}

const plannedIn = (bot: BotWorld, id: string, channel: string) =>
  planned(bot, id, { places: [{ surface: 'slack', id: channel }] })

test('where the bot may not write, the one who asked is told personally, in one message', async () => {
  const bot = await start({ slack: { notMemberOf: ['data'] } })
  const id = await ask(bot)
  await bot.slack.until(({ messages }) =>
    messages.some((one) => one.channel === direct && textOf(one).includes(`request ${id} · planning`)),
  )
  await plannedIn(bot, id, channels.approvals)
  await bot.slack.until(({ messages }) =>
    messages.some((one) => one.channel === direct && textOf(one).includes(`request ${id} · awaiting-approval`)),
  )
  expect(bot.slack.messages.map(({ channel }) => channel).toSorted()).toEqual([channels.approvals, direct].toSorted())
})

test('a direct message that has to be opened first', async () => {
  let posts = 0
  const gate: BotWorldOptions['gate'] = async ({ path }, phase) => {
    if (phase !== 'arrived' || !path.startsWith('/api/chat.postMessage')) return undefined
    posts += 1
    return posts === 2 ? { status: 200, body: { ok: false, error: 'channel_not_found' } } : undefined
  }
  const bot = await start({ slack: { notMemberOf: ['data'] }, gate })
  const id = await ask(bot)
  await bot.slack.until(({ messages }) => messages.some((one) => one.channel === direct && textOf(one).includes(id)))
})

test('an approval channel that the bot cannot write to is named to the one who asked', async () => {
  const bot = await start({ slack: { notMemberOf: ['approvals'] } })
  const id = await ask(bot)
  await plannedIn(bot, id, channels.approvals)
  const shown = await bot.slack.until(({ messages }) =>
    messages.find((one) => one.channel === channels.data && textOf(one).includes('awaiting-approval')),
  )
  expect(textOf(shown)).toContain(
    `I could not post this to <#${channels.approvals}>, where it is to be approved. Invite me there with /invite.`,
  )
})

test('asked in the approval channel itself: one message, with buttons, and another that calls the approvers', async () => {
  const bot = await start({})
  const id = await ask(bot, 'setup analytics-prod in prod-westus3', 'approvals')
  await plannedIn(bot, id, channels.approvals)
  const call = await bot.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`*${id}* needs approval by`)))
  expect(call.history[0]?.pings).toEqual([`@${users.bob}`, `@${users.carol}`])
  const [shown] = bot.slack.messages
  expect(shown && textOf(shown)).toContain('"action_id":"approve"')
  expect(bot.slack.messages).toHaveLength(2)
})

test('what Slack throttles arrives later', async () => {
  const bot = await start({ slack: { rates: { 'chat.postMessage': { burst: 1, perSecond: 2 } } } })
  const ids = [await ask(bot), await ask(bot), await ask(bot)]
  await bot.slack.until(
    ({ messages }) => ids.every((id) => messages.some((one) => textOf(one).includes(`request ${id} · planning`))),
    { timeoutMs: 15_000 },
  )
  expect(bot.slack.messages).toHaveLength(3)
  expect(bot.world.calls.filter(({ vendor, status }) => vendor === 'slack' && status === 429).length).toBeGreaterThan(0)
})

test('while Slack asks to wait, nothing that changes meanwhile hurries an update', async () => {
  const bot = await start({})
  const ids = [await ask(bot), await ask(bot)]
  await bot.slack.until(({ messages }) => messages.length === ids.length)
  const updates: number[] = []
  bot.world.gate = async ({ path, startedAt }, phase) => {
    if (phase !== 'arrived' || !path.startsWith('/api/chat.update')) return undefined
    updates.push(startedAt)
    if (updates.length > 1) return undefined
    return { status: 429, headers: { 'retry-after': '4' }, body: { ok: false, error: 'ratelimited' } }
  }
  for (const id of ids) {
    await bot.ledger.record(id, { type: 'cancel', by: bob, at: new Date().toISOString() })
    await bot.producer.show({ kind: 'request', id })
    await bot.slack.until(() => updates.length > 0)
  }
  for (const id of ids) await bot.producer.show({ kind: 'request', id })
  await bot.slack.until(
    ({ messages }) => messages.filter((one) => textOf(one).includes('· cancelled')).length >= 2 * ids.length,
    {
      timeoutMs: 15_000,
    },
  )
  const [refused = 0, ...later] = updates
  expect(Math.min(...later) - refused).toBeGreaterThanOrEqual(4_000)
})

test('a diagnosis is answered at once, and its finding follows', async () => {
  const bot = await start({})
  const { body } = await bot.driver.command('alice', 'diagnose analytics-prod from prod-westus3', { channel: 'data' })
  const id = /DG-\d+/.exec(body)?.[0] ?? ''
  const diagnoses = redisDiagnoses(bot.connection)
  const asked = await diagnoses.get(id)
  if (asked === undefined) throw new Error(`no diagnosis in ${body}`)
  expect(await bot.producer.isAwake({ kind: 'diagnosis', id })).toBe(true)
  const finding = {
    code: 'allow-list-missing',
    severity: 'fail',
    title: "The endpoint is not on the service's allow list",
    detail: 'DNS leads to the endpoint, TCP opens, then the service resets TLS.',
    remedy: { text: 'Put it there:', command: 'setup analytics-prod in prod-westus3' },
  } as const
  await diagnoses.save({
    ...asked,
    endedAt: new Date().toISOString(),
    looks: [{ network: 'prod-westus3', verdict: { ...finding, findings: [finding] } }],
  })
  await bot.producer.show({ kind: 'diagnosis', id })
  const shown = await bot.slack.until(({ messages }) =>
    messages.find((one) => textOf(one).includes('fault · allow-list-missing')),
  )
  expect(shown.channel).toBe(channels.data)
  expect(textOf(shown)).toContain('`/privatelink setup analytics-prod in prod-westus3`')
})

test('what changed in the ledger without anybody saying so is shown all the same', async () => {
  const bot = await start({})
  const id = await ask(bot)
  await bot.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`request ${id} · planning`)))
  const at = new Date().toISOString()
  await bot.ledger.record(id, { type: 'cancel', by: bob, at })
  await bot.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`request ${id} · cancelled`)), {
    timeoutMs: 10_000,
  })
  await bot.slack.until(() => bot.slack.messages.length === 1)
})

test('a channel that is archived meanwhile: it goes on in person', async () => {
  const bot = await start({})
  const id = await ask(bot)
  await bot.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`request ${id} · planning`)))
  bot.world.gate = async (call, phase) =>
    phase === 'arrived' && call.path.startsWith('/api/chat.update')
      ? { status: 200, body: { ok: false, error: 'is_archived' } }
      : undefined
  await plannedIn(bot, id, channels.approvals)
  const shown = await bot.slack.until(({ messages }) =>
    messages.find((one) => one.channel === direct && textOf(one).includes(`request ${id} · awaiting-approval`)),
  )
  expect(textOf(shown)).not.toContain('"action_id":"approve"')
  await bot.slack.until(({ messages }) =>
    messages.find((one) => one.channel === channels.approvals && textOf(one).includes('"action_id":"approve"')),
  )
})

test('a post whose answer was lost is made again; whoever clicks on the one that nobody knew of is answered, and it shows the end', async () => {
  const bot = await start({})
  const id = await ask(bot)
  await bot.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`request ${id} · planning`)))
  let lost = 0
  bot.world.gate = async ({ path }, phase) => {
    const isFirst = phase === 'answered' && path.startsWith('/api/chat.postMessage') && lost++ === 0
    return isFirst ? { status: 503, body: {} } : undefined
  }
  await plannedIn(bot, id, channels.approvals)
  const asking = () => bot.slack.messages.filter((one) => one.channel === channels.approvals)
  await bot.slack.until(() => asking().length === 2, { timeoutMs: 10_000 })
  const [stray] = asking()
  if (stray === undefined) throw new Error('there are two')
  const unchanged = { ...stray, blocks: structuredClone(stray.blocks) }
  await bot.driver.click('bob', asking()[1] ?? stray, 'Reject')
  await bot.slack.until(() => asking().some((one) => textOf(one).includes(`request ${id} · rejected`)))
  expect(textOf(stray)).toContain('awaiting-approval')
  await bot.driver.click('carol', unchanged, 'Approve')
  await bot.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('nothing to decide any more')))
  await bot.slack.until(() => asking().every((one) => textOf(one).includes(`Rejected by <@${users.bob}>`)))
  expect(asking()).toHaveLength(2)
})
