import { beforeEach, describe, expect, test } from 'vitest'
import type { PrivateZone, RecordSet, World } from '../../sandbox/world.ts'
import { detailsCard } from '../../src/bot/cards/request/details-card.ts'
import { requestCard } from '../../src/bot/cards/request/request-card.ts'
import { digestOf } from '../../src/domain/plan.ts'
import { newRequest } from '../../src/domain/request.ts'
import { vnetId } from '../../src/domain/target.ts'
import { terraformInput } from '../../src/domain/terraform/derive.ts'
import { toTerraform } from '../../src/domain/terraform/document.ts'
import { staleCopies } from '../../src/jobs/diagnosis/stale-copies.ts'
import { apply } from '../../src/jobs/requests/apply.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import { samples } from '../sample-requests.ts'
import { afterSetup } from './after-setup.ts'
import { carryOut, changesOf, network, staging, type Workshop } from './step-fixture.ts'

/** What becomes of the copies of a wider zone's records when the zone changes. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

const wide = 'privatelink.azure.clickhouse.cloud'
const own = `westus3.${wide}`

function linkTheirs(records: Readonly<Record<string, string>>): PrivateZone {
  const id = `/subscriptions/${network.subscription}/resourceGroups/rg-network/providers/Microsoft.Network/privateDnsZones/${wide}`
  const link = { id: `${id}/virtualNetworkLinks/theirs`, name: 'theirs', virtualNetworkId: vnetId(network) }
  const links = new Map([['theirs', { ...link, registrationEnabled: false, tags: {}, etag: 'l', state: 'Completed' as const }]])
  const zone: PrivateZone = {
    ...{ id, name: wide, tags: {}, etag: 'z', provisioningState: 'Succeeded', links },
    records: new Map(Object.entries(records).map(([name, address]) => [`a/${name}`, recordOf(name, address)])),
  }
  world.zones.set(id.toLowerCase(), zone)
  return zone
}

function recordOf(name: string, address: string): RecordSet {
  return { type: 'A', name, ttl: 60, addresses: [address], metadata: { team: 'bi' }, etag: `${name}${address}` }
}

const plan = async () => await makePlan('setup', workshop.context())
const mine = () => [...world.zones.values()].find(({ name }) => name === own)
const copyOf = (name: string) => mine()?.records.get(`a/${name}`)?.addresses
const asked = async () => {
  const made = await plan()
  return { ...samples['awaiting-approval'], plan: made, digest: digestOf(made) }
}

describe('a record that changes', () => {
  let theirs: PrivateZone
  beforeEach(() => {
    world.zones.clear()
    theirs = linkTheirs({ 'other.westus3': '10.9.9.9' })
  })

  const change = (address: string) => theirs.records.set('a/other.westus3', recordOf('other.westus3', address))

  test('while it is copied is not hidden by the link: the people approve the new one first', async () => {
    const approved = await plan()
    world.gate = async ({ method, path }, phase) => {
      if (method === 'PUT' && phase === 'answered' && path.includes('/A/other')) change('10.9.9.10')
      return undefined
    }
    const applying = apply({
      plan: approved,
      request: { ...samples.applying, action: 'setup', steps: {} },
      context: workshop.context({ approved }),
      now: () => new Date().toISOString(),
      record: async () => undefined,
    })
    await expect(applying).rejects.toMatchObject({ name: 'PlanChanged' })
    expect([...(mine()?.links.values() ?? [])]).toEqual([])
    world.gate = async () => undefined
    const again = await plan()
    expect(changesOf(again)['network-link']).toMatchObject({
      fields: [{ name: 'registration' }, { name: `copy of other.${own} from ${wide}`, before: '10.9.9.9', after: '10.9.9.10' }],
    })
    await carryOut('setup', workshop.context())
    expect(copyOf('other')).toEqual(['10.9.9.10'])
  })

  test('afterwards is named by the next setup, which has the copy follow', async () => {
    await carryOut('setup', workshop.context())
    expect(changesOf(await plan())).toEqual({})
    change('10.9.9.10')
    expect(changesOf(await plan())).toEqual({
      'network-link': {
        kind: 'update',
        fields: [{ name: `copy of other.${own} from ${wide}`, before: '10.9.9.9', after: '10.9.9.10' }],
      },
    })
    await carryOut('setup', workshop.context())
    expect(copyOf('other')).toEqual(['10.9.9.10'])
    expect(changesOf(await plan())).toEqual({})
  })

  test('stays as it is where other networks use the copy, and that is told, also where nothing is to be done', async () => {
    await carryOut('setup', workshop.context())
    change('10.9.9.10')
    const [link] = mine()?.links.values() ?? []
    if (link === undefined) throw new Error('no link')
    mine()?.links.set('s', { ...link, name: 's', id: `${link.id}-s`, virtualNetworkId: vnetId(staging) })
    const made = await plan()
    expect(changesOf(made)).toEqual({})
    expect(made.warnings).toEqual([expect.stringContaining(`other.${own} (10.9.9.10) lead there now, and the copies do not`)])
    const card = JSON.stringify(requestCard({ ...samples['nothing-to-do'], plan: made }, { decides: false }))
    expect(card).toContain('10.9.9.10')
  })

  test('by going away, or by being new, is told and moves nothing', async () => {
    await carryOut('setup', workshop.context())
    theirs.records.clear()
    theirs.records.set('a/new.westus3', recordOf('new.westus3', '10.9.9.11'))
    const made = await plan()
    expect(changesOf(made)).toEqual({})
    expect(made.warnings).toEqual([
      expect.stringMatching(/other\.westus3\S* \(10\.9\.9\.9\) are gone there.*new\.westus3\S* \(10\.9\.9\.11\) are new there/),
    ])
  })

  test('is an answer to nobody where somebody has put a record of his own there', async () => {
    await carryOut('setup', workshop.context())
    mine()?.records.set('a/other', recordOf('other', '10.9.9.12'))
    change('10.9.9.10')
    expect(changesOf(await plan())).toEqual({})
    expect(copyOf('other')).toEqual(['10.9.9.12'])
  })
})

test('the details of a new link say where zones were looked for, and that others are not seen', async () => {
  world.zones.clear()
  const request = await asked()
  const details = JSON.stringify(detailsCard(request, request.digest))
  expect(details).toContain(`Zones were looked for in the subscription ${network.subscription}`)
  expect(details).toContain('one elsewhere that is linked to vnet-prod is not seen')
})

test('the Terraform export has the copies, and makes the link after them', async () => {
  world.zones.clear()
  linkTheirs({ 'other.westus3': '10.9.9.9', westus3: '10.7.7.7' })
  const { plan: made } = await asked()
  const request = { ...newRequest('PL-42', samples['awaiting-approval'].asked), plan: made }
  const exported = (about: typeof request) => {
    const input = terraformInput(about, network)
    return input === undefined ? '' : toTerraform(input).replaceAll(/ +/g, ' ')
  }
  const planned = exported(request)
  expect(planned).toContain('resource "azurerm_private_dns_a_record" "other" {')
  expect(planned).toContain('records = ["10.9.9.9"]')
  expect(planned).toContain('resource "azurerm_private_dns_a_record" "apex" {')
  expect(planned).toMatch(/depends_on = \[\s*azurerm_private_dns_a_record\.other,\s*azurerm_private_dns_a_record\.apex,?\s*\]/)
  expect(planned).toContain(`"privatelinkCarriedFrom" = "${wide}"`)
  expect(planned).not.toContain('/A/other')
  const done = { state: 'done', startedAt: '', changed: true } as const
  const finished = exported({ ...request, steps: { 'dns-zone': done, 'network-link': done, 'dns-record': done } })
  expect(finished).toMatch(/to = azurerm_private_dns_a_record\.other\s+id = "\S+\/A\/other"/)
  await carryOut('setup', workshop.context())
  const found = exported({ ...request, plan: await plan() })
  expect(found).toMatch(/to = azurerm_private_dns_a_record\.other\s+id = "\S+\/A\/other"/)
})

test('a diagnosis names a copy that no longer leads where its source does', async () => {
  world.zones.clear()
  const theirs = linkTheirs({ 'other.westus3': '10.9.9.9' })
  await carryOut('setup', workshop.context())
  const { clouds, signal } = workshop.context()
  const look = async () => {
    const zone = mine()
    const [read] = zone === undefined ? [] : await clouds.dns.zones(own, network, signal)
    return read === undefined ? {} : await staleCopies(read, await clouds.dns.aRecords(read, signal), network, clouds, signal)
  }
  expect(await look()).toEqual({})
  theirs.records.set('a/other.westus3', recordOf('other.westus3', '10.9.9.10'))
  const copy = { name: `other.${own}`, from: wide, addresses: ['10.9.9.9'], sourceAddresses: ['10.9.9.10'] }
  expect(await look()).toEqual({ staleCopies: [copy] })
  theirs.records.clear()
  expect(await look()).toEqual({ staleCopies: [{ ...copy, sourceAddresses: [] }] })
})
