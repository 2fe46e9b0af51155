import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AzureNetwork } from '../../../src/azure/network.ts'
import type { Network } from '../../../src/domain/target.ts'
import { withSharedLists } from '../../../src/jobs/shared-lists.ts'

const networks = Array.from(
  { length: 51 },
  (_, index): Network => ({
    ...{
      name: `n${index}`,
      subscription: 's',
      resourceGroup: `rg-${index}`,
      vnet: `v${index}`,
      subnet: 'e',
      location: 'westus3',
    },
    dns: { subscription: 's', resourceGroup: 'rg-dns' },
    applicationSecurityGroups: [],
    tags: {},
  }),
)
const [first, second] = networks as [Network, Network]
const { signal } = new AbortController()

function stage({ partial = false, fails = 0 } = {}) {
  let calls = 0
  const shared = withSharedLists({
    endpoints: async () => {
      calls += 1
      if (calls <= fails) throw new Error('HTTP 500')
      await sleep(5)
      return { endpoints: [], partial }
    },
    createEndpoint: async () => undefined,
    deleteEndpoint: async () => undefined,
  } as unknown as AzureNetwork)
  return { shared, calls: () => calls }
}

test('one plan lists the endpoints of a subscription once, for all its networks', async () => {
  const { shared, calls } = stage()
  await shared.endpoints(first, signal)
  await Promise.all(networks.map((network) => shared.endpoints(network, signal)))
  expect(calls()).toBe(1)
  await shared.endpoints({ ...first, subscription: 'other' }, signal)
  expect(calls()).toBe(2)
})

test('a list of before a change is not used after it', async () => {
  const { shared, calls } = stage()
  await shared.endpoints(first, signal)
  await shared.createEndpoint(first, {} as never, signal)
  await shared.endpoints(first, signal)
  await shared.deleteEndpoint('id', signal)
  await shared.endpoints(second, signal)
  expect(calls()).toBe(3)
})

test('where only resource groups may be listed, each network has its own list', async () => {
  const { shared, calls } = stage({ partial: true })
  await Promise.all([first, second].map((network) => shared.endpoints(network, signal)))
  expect(calls()).toBe(3)
})

test('a failure is not kept, and a caller that is stopped stops nobody else', async () => {
  const { shared, calls } = stage({ fails: 1 })
  await expect(shared.endpoints(first, signal)).rejects.toThrow('HTTP 500')
  const stopping = new AbortController()
  const [stopped, other] = [shared.endpoints(first, stopping.signal), shared.endpoints(second, signal)]
  stopping.abort(new Error('stop'))
  await expect(stopped).rejects.toThrow('stop')
  expect(await other).toEqual({ endpoints: [], partial: false })
  expect(calls()).toBe(2)
})
