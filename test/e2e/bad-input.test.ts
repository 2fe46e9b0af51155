import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chat, openChat, writes } from './chat.ts'
import { made, nothing } from './house.ts'

/** Every wrong input has a clear answer in the channel, and nothing is changed anywhere. */

function expectNothingChanged(chat: Chat): void {
  expect(writes(chat.sandbox)).toEqual([])
  expect(made(chat.sandbox)).toEqual(nothing)
}

describe('what people ask for', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await openChat()
  })
  afterAll(async () => await chat.close())

  test.each([
    [
      'an unknown service',
      'setup analytcs-prod in prod-westus3',
      ['· failed', '"analytcs-prod" is not a service of acme. Did you mean analytics-prod?'],
    ],
    [
      'two services of one name',
      'setup twin in prod-westus3',
      ['· failed', '2 services are called twin', 'acme/3e5f7091-2b3c-4d4e-8f50-6b7c8d9e0f12'],
    ],
    ['a service on AWS', 'setup events-aws in prod-westus3', ['· failed', 'events-aws runs on aws (us-east-1), not on Azure.']],
    ['a service without Private Link', 'setup trial-basic in prod-westus3', ['· failed', 'its plan tier may lack it']],
    [
      'an empty approver list',
      'setup analytics-prod in staging-eastus2',
      ['· failed', 'Nobody can approve setup in staging-eastus2: the policy names no approvers.'],
    ],
    [
      'what no policy covers',
      'teardown analytics-prod in staging-eastus2',
      ['· failed', 'No policy says who may approve teardown in staging-eastus2.', 'Add a policy for this network and action'],
    ],
    ['an unknown service to diagnose', 'diagnose analytcs-prod from prod-westus3', ['Did you mean analytics-prod?']],
  ])('%s', async (_what, said, words) => {
    const answer = await chat.ask(said, ...words)
    expect(answer).not.toContain('undefined')
    expectNothingChanged(chat)
  })

  test.each([
    ['an unknown network', 'setup analytics-prod in prod-westus', 'prod-westus3'],
    ['an unknown command', 'stup analytics-prod', 'setup'],
  ])('%s is answered at once', async (_what, said, word) => {
    await chat.people.command('alice', said)
    await chat.whisper('alice', word)
    expectNothingChanged(chat)
  })

  test('the empty approver list is named at every start', () => {
    const warnings = chat.processes.map(({ output }) => output.filter((line) => line.includes('"level":40')).join('\n'))
    const words = 'policies[1] has an empty list of approvers: every setup in staging-* is refused'
    expect(warnings.map((lines) => lines.includes(words))).toEqual([true, true, false])
  })

  test('a name that pings a channel is only text', async () => {
    await chat.ask('setup <!channel> in prod-westus3 because "<!here> <@U02BOB> *now*"', 'is not a service of acme')
    expect(chat.sandbox.slack.messages.flatMap(({ pings }) => pings).filter((ping) => ping.startsWith('!'))).toEqual([])
  })

  test('an id says which of two services of one name is meant', async () => {
    await chat.ask('setup acme/3e5f7091-2b3c-4d4e-8f50-6b7c8d9e0f12 in prod-westus3', 'twin', 'awaiting-approval')
    expectNothingChanged(chat)
  })
})

describe('credentials', () => {
  test('of ClickHouse Cloud that are refused', async () => {
    const chat = await openChat({
      environment: { jobs: { CLICKHOUSE_KEY_SECRET: 'canary-wrong-secret' } },
      without: ['diagnostics'],
    })
    const answer = await chat.ask('setup analytics-prod in prod-westus3', '· failed', 'HTTP 401')
    expect(answer).toContain('Check the API key of this organization')
    expectNothingChanged(chat)
    await chat.close()
  })

  test('of ClickHouse Cloud that lose the Admin role after the plan', async () => {
    const chat = await openChat({ without: ['diagnostics'] })
    const [key] = chat.sandbox.world.organizations[0]?.keys ?? []
    await chat.people.command('alice', 'setup analytics-prod in prod-westus3')
    const asked = await chat.card('approvals', 'awaiting-approval')
    if (key !== undefined) key.role = 'developer'
    await chat.people.click('bob', asked, 'Approve')
    const failed = chat.text(await chat.card('approvals', '· failed'))
    expect(failed).toContain('HTTP 403')
    expect(failed).toContain('Give the API key the Admin role')
    // What was done, and what was not.
    expect(failed).toMatch(/✔ private endpoint/)
    expect(failed).toMatch(/✘ organization entry/)
    expect(failed).toMatch(/· allow list/)
    await chat.close()
  })

  test('of Azure that are refused', async () => {
    const chat = await openChat({ environment: { jobs: { IDENTITY_HEADER: 'canary-wrong-header' } }, without: ['diagnostics'] })
    const answer = await chat.ask('setup analytics-prod in prod-westus3', '· failed', 'could not sign in to Azure')
    expect(answer).not.toContain('canary')
    expectNothingChanged(chat)
    await chat.close()
  })
})
