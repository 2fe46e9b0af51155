import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { networks } from '../../sandbox/estate.ts'
import { everyNeedOf } from '../../src/domain/permissions.ts'

/** That the role is enough, and has nothing spare, is seen by the e2e test of the same name. */

const role: { readonly Actions: readonly string[]; readonly AssignableScopes: readonly string[] } = JSON.parse(
  readFileSync('azure-role.json', 'utf8'),
)
const group = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationSecurityGroups/asg'

/** Azure compares actions without case. */
const sorted = (actions: Iterable<string>) => [...new Set([...actions].map((action) => action.toLowerCase()))].sort()

test('pre-flight and doctor know each action, and docs/install.md lists it', () => {
  const network = { ...networks.prodWestus3, applicationSecurityGroups: [group], tags: {} }
  expect(sorted(everyNeedOf(network).map(({ action }) => action))).toEqual(sorted(role.Actions))
  const install = readFileSync('docs/install.md', 'utf8')
  const section = /^## 4\. Azure$(.*?)^## /ms.exec(install)?.[1] ?? ''
  const listed = [...section.matchAll(/`((?:[\w.]+\/)+(?:read|write|delete|action))`/g)].map(([, action = '']) =>
    action.startsWith('Microsoft.') ? action : `Microsoft.Network/${action}`,
  )
  expect(sorted(listed)).toEqual(sorted(role.Actions))
})

test('nothing in the role is a pattern', () => {
  expect(role.Actions.filter((action) => action.includes('*'))).toEqual([])
})
