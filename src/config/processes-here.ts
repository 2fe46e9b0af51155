import type { Environment } from './environment.ts'
import { readEstate } from './file.ts'

/** Variables that only one process has; `_FILE` behind a name means the file that holds the value. */
const ownVariables = {
  bot: [
    'SLACK_BOT_TOKEN',
    'SLACK_SIGNING_SECRET',
    'SLACK_APP_TOKEN',
    'TEAMS_APP_ID',
    'TEAMS_APP_PASSWORD',
    'TEAMS_TENANT_ID',
    'TEAMS_AUTH',
  ],
  jobs: [
    'CLICKHOUSE_KEY_ID',
    'CLICKHOUSE_KEY_SECRET',
    'CLICKHOUSE_API_URL',
    'AZURE_RESOURCE_MANAGER_URL',
    'AZURE_CLIENT_ID',
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_SECRET',
  ],
  diagnostics: ['DIAGNOSTICS_NETWORK', 'DIAGNOSTICS_DNS_SERVERS', 'DIAGNOSTICS_PREFIXES'],
} as const

/** Of every process that signs in to Redis as its Azure identity. */
const identityVariables: readonly string[] = ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_CLIENT_SECRET']

export type ProcessName = keyof typeof ownVariables

/** The processes whose variables are set, for `npm run doctor`. Those that name the keys of an organization in the configuration file count as jobs'. */
export function processesIn(environment: Environment): readonly ProcessName[] {
  const isSet = (name: string) => [name, `${name}_FILE`].some((each) => (environment[each] ?? '') !== '')
  const isOwn = (name: string) => environment.REDIS_AUTH !== 'entra' || !identityVariables.includes(name)
  const path = environment.PRIVATELINK_CONFIG ?? ''
  const organizations = path === '' ? [] : (readEstate(path, [])?.organizations ?? [])
  const keys = organizations.flatMap(({ keyId, keySecret }) => [keyId, keySecret])
  return (['bot', 'jobs', 'diagnostics'] as const).filter((name) =>
    [...ownVariables[name], ...(name === 'jobs' ? keys : [])].some((variable) => isOwn(variable) && isSet(variable)),
  )
}
