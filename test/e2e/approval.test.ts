import { afterEach, expect, test } from 'vitest'
import { type Chat, openChat, writes } from './chat.ts'
import { addZone, made, nothing, whole } from './house.ts'

let chat: Chat | undefined
afterEach(async () => {
  await chat?.close()
  chat = undefined
})

const setup = 'setup analytics-prod in prod-westus3'

test('a rejected request says who rejected it, that nothing was changed, and answers later clicks', async () => {
  chat = await openChat({ without: ['diagnostics'] })
  const { people, sandbox } = chat
  await people.command('alice', setup)
  const card = await chat.card('approvals', 'request PL-1 · awaiting-approval')
  await people.click('bob', card, 'Reject')
  const rejected = chat.text(await chat.card('approvals', 'request PL-1 · rejected'))
  expect(rejected).toMatch(/rejected by @bob/i)
  expect(rejected).toMatch(/nothing was changed/i)
  expect(chat.text(await chat.card('data', 'request PL-1 · rejected'))).toMatch(/@bob/)
  // Carol still has the old message on her screen.
  const stale = {
    ...card,
    blocks: card.history.findLast(({ blocks }) => JSON.stringify(blocks).includes('Approve'))?.blocks ?? [],
  }
  await people.click('carol', stale, 'Approve')
  await chat.whisper('carol', 'PL-1 was rejected by @bob', 'nothing to decide any more')
  expect(writes(sandbox)).toEqual([])
})

test('a plan that changed before the first write goes back to the approvers, and the old approval is void', async () => {
  chat = await openChat()
  const { people, sandbox } = chat
  await people.command('alice', setup)
  const card = await chat.card('approvals', 'request PL-1 · awaiting-approval', '+ create   private DNS zone')
  const asSeen = { ...card, blocks: structuredClone(card.blocks) }
  addZone(sandbox)
  await people.click('bob', card, 'Approve')
  const again = await chat.card('approvals', 'request PL-1 · awaiting-approval', 'changed')
  expect(chat.text(again)).toMatch(/now\W+in place\W+private DNS zone/)
  expect(chat.text(again)).toMatch(/was\W+create\W+private DNS zone/)
  expect(writes(sandbox)).toEqual([])

  await people.click('carol', asSeen, 'Approve')
  await chat.whisper('carol', 'The plan of PL-1 changed since you opened it')
  expect(writes(sandbox)).toEqual([])

  await people.click('carol', again, 'Approve')
  expect(chat.text(await chat.card('approvals', 'request PL-1 · done'))).toMatch(/approved by @carol/)
  expect(made(sandbox)).toEqual(whole)
})

test('of two approvals at once one counts, and both are answered', async () => {
  chat = await openChat()
  const { people, sandbox } = chat
  await people.command('alice', setup)
  const card = await chat.card('approvals', 'request PL-1 · awaiting-approval')
  await Promise.all([people.click('bob', card, 'Approve'), people.click('carol', card, 'Approve')])
  const answers = [chat.text(await chat.whisper('bob', 'PL-1')), chat.text(await chat.whisper('carol', 'PL-1'))]
  expect(answers.filter((answer) => answer.includes('You approved'))).toHaveLength(1)
  expect(answers.filter((answer) => answer.includes('nothing to decide any more'))).toHaveLength(1)
  await chat.card('approvals', 'request PL-1 · done')
  expect(made(sandbox)).toEqual(whole)
  const { body: history } = await people.command('alice', 'request PL-1')
  for (const step of ['private-endpoint', 'dns-zone', 'dns-record', 'network-link', 'organization-entry', 'allow-list'])
    expect(history).toMatch(new RegExp(`step: ${step} done changed \\(call [0-9a-f-]{36}\\)`))
})

test('a bot that dies after the approval shows, once it is back, how it ended', async () => {
  chat = await openChat()
  const { people, sandbox, processes } = chat
  await people.command('alice', setup)
  const card = await chat.card('approvals', 'request PL-1 · awaiting-approval')
  await people.click('bob', card, 'Approve')
  const bot = processes.find(({ name }) => name === 'bot')
  bot?.kill('SIGKILL')
  await bot?.ended
  await sandbox.start('bot')
  const done = await chat.card('approvals', 'request PL-1 · done')
  expect(done.ts).toBe(card.ts)
  expect(sandbox.slack.messages.filter(({ channel }) => channel === card.channel)).toHaveLength(1)
})

test('a click while the bot restarts: Slack says that it did not arrive, nothing was decided, and the next one counts', async () => {
  chat = await openChat({ without: ['diagnostics'] })
  const { people, sandbox, processes } = chat
  await people.command('alice', setup)
  const card = await chat.card('approvals', 'request PL-1 · awaiting-approval')
  const bot = processes.find(({ name }) => name === 'bot')
  bot?.kill('SIGTERM')
  await bot?.ended
  expect((await people.click('bob', card, 'Approve')).error).toBe('dispatch_failed')
  await sandbox.start('bot')
  await people.click('bob', card, 'Approve')
  await chat.whisper('bob', 'You approved PL-1')
  await chat.card('approvals', 'request PL-1 · applying')
})

test('a jobs process that is told to stop leaves the request to the next one', async () => {
  chat = await openChat()
  const { people, sandbox, processes } = chat
  await people.command('alice', setup)
  await people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', '· applying', '▸')
  const jobs = processes.find(({ name }) => name === 'jobs')
  jobs?.kill('SIGTERM')
  await jobs?.ended
  expect(made(sandbox)).not.toEqual(nothing)
  await sandbox.start('jobs')
  await chat.card('approvals', 'request PL-1 · done')
  expect(made(sandbox)).toEqual(whole)
})
