import { describe, expect, test } from 'vitest'
import { isAllowed, needsOf } from '../../../src/domain/permissions.ts'
import type { StepId } from '../../../src/domain/plan.ts'
import type { Network } from '../../../src/domain/target.ts'
import { plan, network as westus3 } from '../literals.ts'

const network: Network = {
  ...westus3,
  dns: { subscription: 's2', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: ['/subscriptions/s1/resourceGroups/rg-x/providers/Microsoft.Network/applicationSecurityGroups/db'],
}
const here = '/subscriptions/s1/resourceGroups/rg-network'
const there = '/subscriptions/s2/resourceGroups/rg-dns'
const vnet = `${here}/providers/Microsoft.Network/virtualNetworks/vnet-prod`

describe('what a plan needs', () => {
  test('only for what it changes, each on its own scope', () => {
    expect(needsOf(plan, network, network.dns).map(({ action, scope }) => `${action} ${scope}`)).toEqual([
      `Microsoft.Network/privateEndpoints/read ${here}`,
      `Microsoft.Network/privateEndpoints/write ${here}`,
      `Microsoft.Network/networkInterfaces/read ${here}`,
      `Microsoft.Network/locations/operations/read ${here}`,
      `Microsoft.Network/virtualNetworks/subnets/join/action ${vnet}/subnets/endpoints`,
      `Microsoft.Network/applicationSecurityGroups/joinIpConfiguration/action ${network.applicationSecurityGroups[0]}`,
      `Microsoft.Network/privateDnsZones/A/read ${there}`,
      `Microsoft.Network/privateDnsZones/A/write ${there}`,
    ])
  })

  test('what Azure does in its own time is asked after', () => {
    const of = (id: StepId) => {
      const step = { id, title: '', resource: '', change: { kind: 'create', fields: [] } as const }
      return needsOf({ ...plan, steps: [step] }, network, network.dns).map(({ action, scope }) => `${action} ${scope}`)
    }
    expect(of('private-endpoint-removal')).toContain(`Microsoft.Network/locations/operations/read ${here}`)
    for (const id of ['dns-zone', 'network-link', 'network-link-removal', 'dns-zone-removal'] as const) {
      expect(of(id)).toContain(`Microsoft.Network/privateDnsOperationStatuses/read ${there}`)
      expect(of(id)).toContain(`Microsoft.Network/privateDnsOperationResults/read ${there}`)
    }
    expect(of('dns-record').join()).not.toContain('Operation')
  })

  test('an endpoint made anew is deleted first', () => {
    const anew = plan.steps.map((step) =>
      step.id === 'private-endpoint' ? { ...step, change: { kind: 'update', fields: [] } as const } : step,
    )
    expect(needsOf({ ...plan, steps: anew }, network, network.dns)).toContainEqual({
      action: 'Microsoft.Network/privateEndpoints/delete',
      scope: here,
    })
  })
})

describe('whether roles allow an action', () => {
  const action = 'Microsoft.Network/privateDnsZones/A/write'
  test.each([
    ['an exact action, without case', [{ actions: ['microsoft.network/privatednszones/a/WRITE'], notActions: [] }], true],
    ['everything', [{ actions: ['*'], notActions: [] }], true],
    ['everything of a kind', [{ actions: ['Microsoft.Network/privateDnsZones/*'], notActions: [] }], true],
    ['only reading', [{ actions: ['*/read'], notActions: [] }], false],
    ['a dot is only a dot', [{ actions: ['MicrosoftxNetwork/privateDnsZones/A/write'], notActions: [] }], false],
    ['everything but this', [{ actions: ['*'], notActions: ['Microsoft.Network/*/write'] }], false],
    [
      'a second role gives what the first leaves out',
      [
        { actions: ['*'], notActions: ['*/write'] },
        { actions: [action], notActions: [] },
      ],
      true,
    ],
    ['no role at all', [], false],
  ])('%s', (_what, permissions, expected) => {
    expect(isAllowed(action, permissions)).toBe(expected)
  })
})
