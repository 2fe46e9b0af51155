import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { subscription } from '../../sandbox/estate.ts'
import { type Office, openOffice } from './carry-out.ts'
import { made, nothing, whole } from './house.ts'

/** The custom role has exactly the actions of the calls that all actions make: with it everything works, and nothing in it is spare. */

const role: { readonly Actions: readonly string[] } = JSON.parse(readFileSync('azure-role.json', 'utf8'))
/** Asked where Azure answers a change with nothing but a `Location`; the simulated one always names the operation's status. */
const unasked = 'Microsoft.Network/privateDnsOperationResults/read'

/** Azure compares actions without case, and its SDK writes `aLL`. */
const sorted = (actions: Iterable<string>) => [...new Set([...actions].map((action) => action.toLowerCase()))].sort()

const group = `/subscriptions/${subscription}/resourceGroups/rg-network/providers/Microsoft.Network/applicationSecurityGroups/asg-data`

let office: Office
beforeAll(async () => {
  office = await openOffice({
    configure: (file) => ({ ...file, networks: file.networks.map((each) => ({ ...each, applicationSecurityGroups: [group] })) }),
  })
  office.world.roles = [{ scope: '/', actions: role.Actions, notActions: [] }]
})
afterAll(async () => await office?.close())

test('setup, allow, revoke and teardown need each action of azure-role.json, and no other', async () => {
  const { carryOut, sandbox, world } = office
  expect(await carryOut('analytics-prod')).toMatchObject({ state: 'done' })
  expect(made(sandbox)).toEqual(whole)
  expect(await carryOut('billing-prod', 'allow')).toMatchObject({ state: 'done' })
  expect(await carryOut('billing-prod', 'revoke')).toMatchObject({ state: 'done' })
  expect(await carryOut('analytics-prod', 'teardown')).toMatchObject({ state: 'done' })
  expect(made(sandbox)).toEqual(nothing)
  expect(sorted([...world.azureActions, unasked])).toEqual(sorted(role.Actions))
  expect(sorted(world.azureActions)).not.toContain(unasked.toLowerCase())
})
