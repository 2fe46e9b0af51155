import type { NetworkManagementClient } from '@azure/arm-network'
import { expect, test } from 'vitest'
import { networks } from '../../sandbox/estate.ts'
import { heedQuota } from '../../src/azure/quota.ts'
import { type Bench, startBench } from './sandbox-arm-clients.ts'

/** More reads than a subscription has at once, ten at a time; how many Azure refused. */
async function refusals({ world }: Bench, client: NetworkManagementClient): Promise<number> {
  const { resourceGroup, vnet } = networks.prodWestus3
  const reader = async (): Promise<void> => {
    for (let call = 0; call < 30; call++) await client.virtualNetworks.get(resourceGroup, vnet)
  }
  await Promise.all(Array.from({ length: 10 }, reader))
  return world.calls.filter(({ status }) => status === 429).length
}

test('slows down before Azure refuses', async () => {
  await using heedless = await startBench()
  expect(await refusals(heedless, heedless.network)).toBeGreaterThan(0)
  await using bench = await startBench()
  heedQuota(bench.network)
  expect(await refusals(bench, bench.network)).toBe(0)
})
