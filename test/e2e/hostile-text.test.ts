import { expect, test } from 'vitest'
import { type Token, tokens } from '../../sandbox/slack/mrkdwn.ts'
import type { Call, Refusal } from '../../sandbox/world.ts'
import { type Chat, openChat } from './chat.ts'
import { addZone } from './house.ts'

/** Every text that the bot sends to Slack while all that comes from outside is hostile: nothing of it may notify, link or hide anything. */

const evil = '<!channel> <@U99EVIL> <https://evil.example|the plan> *b* `c` & \u202e'

test('in a whole day of a hostile world, only the bot’s own markup reaches Slack', async () => {
  const chat = await openChat()
  try {
    await day(chat)
    const found = textsOf(chat)
    expect(found.length).toBeGreaterThan(60)
    // The hostile words are there to be read, so that the walk is about something.
    for (const where of ['evil.example', 'U99EVIL', '!channel']) expect(found.some((text) => text.includes(where))).toBe(true)
    const { users, channels } = chat.sandbox.slack.directory.workspace
    const own = (token: Token): boolean => {
      if (token.kind === 'text') return true
      if (token.kind === 'mention') return Object.values(users).includes(token.id)
      if (token.kind === 'channel') return Object.values(channels).includes(token.id)
      return token.kind === 'special' && token.name.startsWith('date^')
    }
    expect(found.flatMap((text) => tokens(text)).filter((token) => !own(token))).toEqual([])
    expect(found.filter((text) => text.includes('\u202e'))).toEqual([])
  } finally {
    await chat.close()
  }
})

async function day(chat: Chat): Promise<void> {
  const { sandbox, people, card, whisper, ask } = chat
  const { world, slack } = sandbox
  const service = world.services.find(({ name }) => name === 'analytics-prod')
  if (service === undefined) throw new Error('no service')
  Object.assign(service, { name: evil })
  world.organizations[0]?.privateEndpoints.push({ id: evil, description: evil, cloudProvider: 'azure', region: evil })
  await ask(`diagnose "${evil}" from prod-westus3`, 'evil.example')
  await ask(`setup ${service.id} in prod-westus3 because "${evil}"`, 'awaiting-approval')
  const waiting = await card('approvals', 'awaiting-approval')
  await people.click('bob', waiting, 'Details')
  await people.click('alice', waiting, 'Approve')
  await people.click('bob', waiting, 'Approve')
  const done = await card('approvals', 'request PL-1 · done')
  await people.click('carol', done, 'Export Terraform')
  for (const words of [
    'status',
    `status "${evil}"`,
    'requests all',
    'request PL-1',
    `cancel ${evil}`,
    `help ${evil}`,
    evil,
    'help',
  ])
    await people.command('alice', words)
  await people.openHome('alice')
  await people.openHome('bob')

  service.privateEndpointIds.splice(0)
  const zone = [...world.zones.values()][0] ?? addZone(sandbox)
  for (const record of zone.records.values()) Object.assign(record, { metadata: { owner: evil }, addresses: ['10.9.9.9'] })
  zone.tags = { owner: evil }
  world.activities.push({
    id: 'a1',
    createdAt: new Date().toISOString(),
    type: 'service_update_private_endpoints',
    serviceId: service.id,
    actorType: 'user',
    actorId: evil,
    actorDetails: evil,
    organizationId: service.organizationId,
  })
  world.changed()
  await people.command('alice', `diagnose ${service.id} from prod-westus3`)
  const fault = await card('data', 'DG-2', 'fault')
  await people.click('carol', fault, 'Evidence')
  await people.command('alice', `watch ${service.id} from prod-westus3 every 1m`)
  await people.command('alice', `status ${service.id}`)
  await ask(`setup ${service.id} in prod-westus3 because again`, 'PL-2', '· failed')

  const hostile: Refusal = { status: 400, body: { error: { code: evil, message: evil } } }
  world.gate = async (call: Call, phase) =>
    phase === 'arrived' && call.vendor === 'arm' && call.path.includes('privateEndpoints') ? hostile : undefined
  await ask(`teardown ${service.id} in prod-westus3`, 'PL-3', '· failed')
  world.gate = async (call: Call, phase) =>
    phase === 'arrived' && call.vendor === 'clickhouse' ? { status: 400, body: { status: 400, error: evil } } : undefined
  await ask(`allow billing-prod from prod-westus3`, 'PL-4', '· failed')
  await people.command('alice', `unwatch ${service.id} from prod-westus3`)
  expect(slack.failures).toEqual([])
  await whisper('alice', 'evil.example')
}

/** Every text that Slack reads as markup: of messages in all their versions, of what one person saw, of modals and Home tabs, of answers and of files. */
function textsOf({ sandbox: { slack } }: Chat): readonly string[] {
  const { messages, ephemerals, views, homes, responses } = slack
  const shown = [...messages, ...ephemerals].filter(({ user }) => user !== 'person')
  return [
    ...shown.flatMap(({ history }) => history.flatMap(({ text, blocks }) => [text, ...markupIn(blocks)])),
    ...[...views, ...homes].flatMap(({ history }) => history.flatMap(({ content }) => markupIn(content))),
    ...responses.flatMap(({ body }) => markupIn(body)),
  ]
}

function markupIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markupIn)
  if (value === null || typeof value !== 'object') return []
  const { type, text } = value as { type?: unknown; text?: unknown }
  if (type === 'plain_text') return []
  const own = typeof text === 'string' ? [text] : []
  return [...own, ...Object.values(value).flatMap(markupIn)]
}
