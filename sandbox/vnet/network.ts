import type { Authority } from '../certificates.ts'
import type { World } from '../world.ts'
import { startDns } from './dns.ts'
import { startPrivateLink } from './private-link.ts'

export interface NetworkOptions {
  /** Issues the certificates of the services. */
  readonly authority: Authority
  readonly virtualNetworkId: string
  /** Where its DNS server listens; 127.0.0.1 unless told otherwise. */
  readonly dnsAddress?: string
  /** A free one, unless told otherwise. */
  readonly dnsPort?: number
  /** How long an idle service takes to wake when a connection comes, in milliseconds. */
  readonly wakeMs?: number
}

export interface Network {
  /** What 168.63.129.16 is in this virtual network. */
  readonly dns: { readonly address: string; readonly port: number }
  close(): Promise<void>
}

/** One virtual network as something inside it sees it: how names resolve, and where connections get to. */
export async function startNetwork(world: World, options: NetworkOptions): Promise<Network> {
  const { authority, virtualNetworkId, dnsAddress, dnsPort, wakeMs = 1_500 } = options
  const privateLink = await startPrivateLink(world, { authority, virtualNetworkId, wakeMs })
  const dns = await startDns(world, virtualNetworkId, dnsAddress, dnsPort)
  return {
    dns: { address: dns.address, port: dns.port },
    async close() {
      await Promise.all([dns.close(), privateLink.close()])
    },
  }
}
