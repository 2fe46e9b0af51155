import { expect, test } from 'vitest'
import { terraformCard, terraformOf } from '../../../../../src/bot/cards/request/terraform-card.ts'
import { slackMessage } from '../../../../../src/bot/slack/render/blocks.ts'
import { parse } from '../../../../hcl.ts'
import { plan, samples } from '../../../../sample-requests.ts'

const place = { subscription: 'b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4', resourceGroup: 'rg-network' }
const network = {
  name: 'prod-westus3',
  ...place,
  vnet: 'vnet-prod',
  subnet: 'endpoints',
  location: 'westus3',
  dns: place,
  applicationSecurityGroups: [],
  tags: {},
}

/** What a person would copy out of the message. */
function copied(card: Parameters<typeof slackMessage>[0]): string {
  const texts = slackMessage(card)
    .blocks.map((block) => JSON.stringify(block))
    .flatMap((json) => /"text":"```\\n?([\s\S]*?)\\n?```"/.exec(json)?.[1] ?? [])
  return texts
    .map((text) => JSON.parse(`"${text}"`))
    .join('\n\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

test.each(['awaiting-approval', 'done', 'nothing-to-do'] as const)(
  'what a message of a request that is %s shows is a whole Terraform file',
  async (state) => {
    const card = terraformCard(samples[state], terraformOf(samples[state], [network]) ?? '', 'why')
    const parsed = await parse('main.tf', copied(card))
    expect(Object.keys(parsed)).toEqual(expect.arrayContaining(['resource', 'provider', 'terraform']))
    expect(JSON.stringify(parsed)).toContain(plan.alias)
    expect(JSON.stringify(slackMessage(card))).not.toContain('the rest is cut')
  },
)

test('of a failed request, what was made is imported, and what may be there has a word on it', async () => {
  const content = terraformOf(samples.failed, [network]) ?? ''
  const parsed = await parse('main.tf', content)
  const imported = JSON.stringify(parsed.import)
  expect(imported).toContain('/privateEndpoints/pe-analytics-prod')
  expect(imported).toContain('/privateDnsZones/')
  expect(imported).not.toContain('/A/')
  expect(imported).not.toContain('virtualNetworkLinks')
  expect(content).toMatch(
    /# The request began to make this and has not seen it done.* the id \S+\/A\/\*\n+resource "azurerm_private_dns_a_record"/,
  )
})

test('a request without a plan has nothing to adopt', () => {
  expect(terraformOf(samples.planning, [network])).toBeUndefined()
})
