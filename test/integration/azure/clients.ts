import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { type ArmServer, startArm } from '../../../sandbox/arm/server.ts'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { acme, networks } from '../../../sandbox/estate.ts'
import type { Call, Refusal, World } from '../../../sandbox/world.ts'
import { type AzureNetwork, azureNetwork } from '../../../src/azure/network.ts'
import { type AzurePrivateDns, azurePrivateDns } from '../../../src/azure/private-dns.ts'
import { RetryableError, TerminalError } from '../../../src/domain/errors.ts'
import type { Network } from '../../../src/domain/target.ts'

export const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
export const zone = { name: 'westus3.privatelink.azure.clickhouse.cloud', ...network.dns }
export const alias = 'production-westus3-0-0.3f2a9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.westus3.azure.privatelinkservice'
export const { signal } = new AbortController()

/** Our two clients of Azure, and the simulated Resource Manager that they speak to. */
export interface AzureClients {
  readonly world: World
  readonly arm: ArmServer
  readonly azure: AzureNetwork
  readonly dns: AzurePrivateDns
  /** Azure's ids of the calls that it accepted. */
  readonly written: readonly string[]
  create(name: string, changes?: Partial<Network>): Promise<boolean>
  /** Answers the calls that this says yes to with a refusal. */
  refuse(isIt: (call: Call) => boolean, refusal: Refusal): void
  close(): Promise<void>
}

export async function openClients(): Promise<AzureClients> {
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  const world = acme({
    addressBase: '127.9.9',
    latencies: { arm: 1, privateEndpoint: 50, privateZone: 20, networkLink: 20, clickhouse: 1, propagation: 1 },
  })
  const arm = await startArm(world, { authority })
  process.env.IDENTITY_ENDPOINT = arm.identity.endpoint
  process.env.IDENTITY_HEADER = arm.identity.header
  const credential = new DefaultAzureCredential()
  const written: string[] = []
  const azure = azureNetwork(credential, arm.url, { wrote: (id) => written.push(id) })
  return {
    world,
    arm,
    azure,
    dns: azurePrivateDns(credential, arm.url),
    written,
    create: async (name, changes = {}) => {
      const endpoint = { name, alias, requestMessage: 'x'.repeat(500), tags: { a: 'b' } }
      return await azure.createEndpoint({ ...network, ...changes }, endpoint, signal)
    },
    refuse(isIt, refusal) {
      world.gate = async (call, phase) => (phase === 'arrived' && isIt(call) ? refusal : undefined)
    },
    close: async () => await arm.close(),
  }
}

export async function errorOf(work: Promise<unknown>): Promise<TerminalError | RetryableError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof TerminalError || error instanceof RetryableError) return error
  throw new Error(`Neither kind of error: ${String(error)}`)
}
