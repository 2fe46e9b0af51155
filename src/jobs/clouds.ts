import type { AzureNetwork } from '../azure/network.ts'
import type { AzurePrivateDns } from '../azure/private-dns.ts'
import type { ClickHouseCloud } from '../clickhouse/client.ts'
import type { Prober } from '../redis/prober.ts'

/** The clients of everything outside that the jobs process reads and changes. */
export interface Clouds {
  readonly network: AzureNetwork
  readonly dns: AzurePrivateDns
  readonly clickhouse: ClickHouseCloud
  readonly prober: Prober
}
