import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import type { Request } from '../../../src/domain/request.ts'
import { parse } from '../../hcl.ts'
import { samples } from '../../sample-requests.ts'
import { type BotWorld, type BotWorldOptions, startBotWorld, textOf } from './harness.ts'

/** Export sends a file to whoever asks for it, over Slack's own way for files. */

let at: BotWorld | undefined
afterEach(async () => await at?.close())

/** Alice clicks Export on a request that is done; her answer. */
async function exported(options?: BotWorldOptions): Promise<{ world: BotWorld; answer: string }> {
  at = await startBotWorld(options)
  const world = at
  const request: Request = samples.done
  await world.ledger.create(request)
  await world.producer.show({ kind: 'request', id: request.id })
  const card = await world.slack.until(({ messages }) =>
    messages.findLast(({ blocks }) => JSON.stringify(blocks).includes('Export')),
  )
  await world.driver.click('alice', card, 'Export Terraform')
  const answer = await world.slack.until(({ ephemerals }) => ephemerals.at(-1), { what: 'an answer' })
  return { world, answer: textOf(answer) }
}

test('the file reaches the person alone, and is Terraform', async () => {
  const { world, answer } = await exported()
  expect(answer).toContain('I sent you')
  expect(answer).toContain('pl-42.tf')
  const [file, ...more] = world.slack.files
  expect(more).toEqual([])
  expect(file).toMatchObject({ name: 'pl-42.tf', title: 'pl-42.tf' })
  const channel = world.slack.messages.findLast(({ text }) => text.includes('terraform plan'))?.channel
  expect(file?.channel).toBe(channel)
  expect(Object.values(workspace.channels)).not.toContain(channel)
  expect(Object.keys(await parse('pl-42.tf', file?.content?.toString() ?? ''))).toEqual(
    expect.arrayContaining(['import', 'resource']),
  )
})

test('without the scope the text comes instead, and what to do about it', async () => {
  const { world, answer } = await exported({ slack: { scopes: ['chat:write', 'im:write'] } })
  expect(answer).toContain('azurerm_private_endpoint')
  expect(answer).toContain('I could not send it as a file')
  expect(answer).toContain('with the scopes that its manifest lists')
  expect(world.slack.files).toEqual([])
})

test('so it does while Slack throttles', async () => {
  const { answer } = await exported({
    slack: { rates: { 'files.getUploadURLExternal': { burst: 0, perSecond: 0.01 } } },
  })
  expect(answer).toContain('azurerm_private_endpoint')
  expect(answer).toContain('Slack asks to wait')
})
