import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { expect, test } from 'vitest'
import { networks } from '../../../sandbox/estate.ts'
import type { Call } from '../../../sandbox/world.ts'
import { azureNetwork, endpointId } from '../../../src/azure/network.ts'
import { azurePrivateDns } from '../../../src/azure/private-dns.ts'
import type { Network } from '../../../src/domain/target.ts'
import { retrying } from '../../../src/jobs/retry.ts'
import { type Bench, startBench } from '../sandbox/arm/clients.ts'

const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
const { signal } = new AbortController()

/** More reads than a subscription has at once, ten at a time; how many Azure refused. */
async function refusals({ world }: Bench, read: () => Promise<unknown>): Promise<number> {
  const reader = async (): Promise<void> => {
    for (let call = 0; call < 30; call++) await read()
  }
  await Promise.all(Array.from({ length: 10 }, reader))
  return world.calls.filter(({ status }) => status === 429).length
}

function trust({ ca }: Bench): void {
  setDefaultCACertificates([...getCACertificates('default'), ca])
}

test('slows down before Azure refuses', async () => {
  await using heedless = await startBench()
  const { resourceGroup, vnet } = networks.prodWestus3
  expect(await refusals(heedless, () => heedless.network.virtualNetworks.get(resourceGroup, vnet))).toBeGreaterThan(0)
  await using bench = await startBench()
  trust(bench)
  const azure = azureNetwork(new DefaultAzureCredential(), bench.arm.url)
  expect(await refusals(bench, () => azure.endpoint(endpointId(network, 'none'), signal))).toBe(0)
})

test.each(['a list', 'a write'])('of %s, what Azure asks to wait is waited, also after the SDK has given up', async (kind) => {
  await using bench = await startBench()
  trust(bench)
  const { world } = bench
  const mine = ({ vendor, method, path }: Call) => vendor === 'arm' && path.includes('privateDnsZones') && method !== 'POST'
  let left = 5
  world.gate = async (call, phase) =>
    phase === 'arrived' && mine(call) && left-- > 0
      ? { status: 429, headers: { 'Retry-After': '1' }, body: { error: { code: 'TooManyRequests', message: 'slow down' } } }
      : undefined
  const dns = azurePrivateDns(new DefaultAzureCredential(), bench.arm.url)
  const zone = { name: 'x.example', ...network.dns }
  const work = () => (kind === 'a list' ? dns.zones('x.example', network, signal) : dns.createZone(zone, {}, signal))
  await retrying<unknown>(work, signal)
  const starts = world.calls.filter(mine).map(({ startedAt }) => startedAt)
  expect(starts.length).toBeGreaterThanOrEqual(6)
  const gaps = starts.slice(1, 6).map((at, index) => at - (starts[index] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThan(990)
})
