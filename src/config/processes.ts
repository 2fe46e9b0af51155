import { readEstate } from './file.ts'

export type ProcessName = 'bot' | 'jobs' | 'diagnostics'

/** Variables that only one process has. */
const ownVariables: Readonly<Record<ProcessName, readonly string[]>> = {
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
}

/**
 * The processes of which a variable is set, or the file that holds its value (`…_FILE`). Variables that the configuration file names for the keys of an
 * organization are those of jobs.
 */
export function processesIn(environment: Readonly<Record<string, string | undefined>>): readonly ProcessName[] {
  const isSet = (name: string) => [name, `${name}_FILE`].some((each) => (environment[each] ?? '') !== '')
  const file = environment.PRIVATELINK_CONFIG ?? ''
  const organizations = file === '' ? [] : (readEstate(file, [])?.organizations ?? [])
  const keys = organizations.flatMap(({ keyId, keySecret }) => [keyId, keySecret])
  return (['bot', 'jobs', 'diagnostics'] as const).filter((name) =>
    [...ownVariables[name], ...(name === 'jobs' ? keys : [])].some(isSet),
  )
}
