import { azureAccess, signIn } from '../../azure/access.ts'
import { azureCredential } from '../../azure/credential.ts'
import { clickHouseCloud } from '../../clickhouse/client.ts'
import type { JobsConfig } from '../../config.ts'
import type { CheckupPart } from '../../domain/checkup.ts'
import type { Connection } from '../../redis/connection.ts'
import { workersCheckup } from '../../redis/worker-checkup.ts'
import { azureCheckup } from './azure.ts'
import { clickhouseCheckup } from './clickhouse.ts'

/** What the jobs process may know: ClickHouse Cloud, Azure, and who listens in the networks. Reads only: the budget of API calls, which lies in Redis, is not counted. */
export function jobsPart(config: JobsConfig, redis: Connection): CheckupPart {
  const { apiUrl, organizations } = config.clickhouse
  const clickhouse = clickHouseCloud(apiUrl, organizations, { take: async () => undefined, purpose: () => 'request' })
  const credential = azureCredential(config)
  const [first] = organizations
  return {
    checkups: [
      ...organizations.map((organization) => clickhouseCheckup(clickhouse, organization)),
      azureCheckup(azureAccess(credential, config.azureUrl), (signal) => signIn(credential, signal), config.networks),
      ...config.networks.map(({ name }) => workersCheckup(redis, name)),
    ],
    clocks: [
      {
        source: 'ClickHouse Cloud',
        async difference(signal) {
          if (clickhouse.now() === undefined && first !== undefined)
            await clickhouse.organization(first.organizationId, signal).catch(() => undefined)
          const now = clickhouse.now()
          return now === undefined ? undefined : { source: 'ClickHouse Cloud', aheadMs: Date.now() - Date.parse(now) }
        },
      },
    ],
    close: async () => await clickhouse.close(),
  }
}
