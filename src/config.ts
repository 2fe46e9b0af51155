import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { type Estate, readEstate } from './config/file.ts'
import type { OrganizationKey } from './domain/organization.ts'
import type { Surface } from './domain/person.ts'

/** The only reader of the environment: one function for each process, which holds no more than that process needs. */

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    )
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const redisUrl = z
  .string('is not set; the address of Redis, e.g. redis://127.0.0.1:6379')
  .refine(
    (value) => value.split(',').every((node) => /^rediss?:\/\/./.test(node)),
    'must be redis:// or rediss:// addresses, separated by commas',
  )

export interface BotConfig extends Estate {
  readonly redisUrl: string
  readonly host: string
  readonly port: number
  /** Where `/metrics`, `/healthz` and `/readyz` are served apart from the public port; absent where they are not. */
  readonly metrics?: { readonly host: string; readonly port: number }
  /** Absent where the bot does not serve that chat; at least one is there. */
  readonly slack?: SlackConfig
  readonly teams?: TeamsConfig
}

export interface SlackConfig {
  readonly botToken: string
  readonly signingSecret: string
  /** With it, Socket Mode. */
  readonly appToken?: string
  readonly apiUrl?: string
}

export interface TeamsConfig {
  readonly appId: string
  /** Without one, the bot is a user-assigned managed identity whose client id is `appId`. */
  readonly appPassword?: string
  /** The one tenant whose people are served; absent only while authentication is off. */
  readonly tenantId?: string
  /** Off only where the bot listens on loopback: then nobody's tokens are asked for, and none are sent. */
  readonly isAuthenticated: boolean
  /** The OpenID metadata document by whose keys Teams signs; Microsoft's where absent. */
  readonly openIdUrl?: string
  /** Where messages go before any activity has named a service URL; trusted like Microsoft's. */
  readonly serviceUrl?: string
  /** Microsoft Graph; `https://graph.microsoft.com/v1.0` where absent. */
  readonly graphUrl?: string
  /** An authority for tokens that is none of Microsoft's. */
  readonly authorityHost?: string
}

const port = z.coerce.number('must be a port number').int().min(0).max(65_535)

const botSchema = z.object({
  PRIVATELINK_CONFIG: z.string('is not set; the path of the configuration file'),
  REDIS_URL: redisUrl,
  HOST: z.string().default('0.0.0.0'),
  PORT: port.default(3000),
  METRICS_HOST: z.string().default('0.0.0.0'),
  METRICS_PORT: port.optional(),
})

const slackSchema = z.object({
  SLACK_BOT_TOKEN: z.string('is not set; the bot token of the Slack app (xoxb-…)'),
  SLACK_SIGNING_SECRET: z.string('is not set; the signing secret of the Slack app'),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_API_URL: z.url('must be a URL').optional(),
})

const teamsSchema = z.object({
  TEAMS_APP_ID: z.guid('must be the app (client) id of the bot, a UUID').optional(),
  TEAMS_APP_PASSWORD: z.string().optional(),
  TEAMS_TENANT_ID: z.guid('must be the id of the Entra tenant, a UUID').optional(),
  TEAMS_AUTH: z.enum(['enabled', 'disabled'], 'must be "enabled" or "disabled"').default('enabled'),
  TEAMS_OPENID_URL: z.url('must be a URL').optional(),
  TEAMS_SERVICE_URL: z.url('must be a URL').optional(),
  TEAMS_GRAPH_URL: z.url('must be a URL').optional(),
  AZURE_AUTHORITY_HOST: z.url('must be a URL').optional(),
})

export function botConfig(environment: Environment = process.env): BotConfig {
  const problems: string[] = []
  const values = readEnvironment(botSchema, environment, problems)
  const isSet = (variable: string) => (environment[variable] ?? '') !== ''
  const servesTeams = ['TEAMS_APP_ID', 'TEAMS_APP_PASSWORD', 'TEAMS_TENANT_ID', 'TEAMS_AUTH'].some(isSet)
  const servesSlack = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'].some(isSet)
  if (!servesTeams && !servesSlack)
    problems.push(
      'no chat is configured: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET for Slack, TEAMS_APP_ID and TEAMS_TENANT_ID for Teams, or both',
    )
  const slack = servesSlack ? slackConfig(environment, problems) : undefined
  const teams = servesTeams ? teamsConfig(environment, values?.HOST, problems) : undefined
  const served: readonly Surface[] = [...(servesSlack ? (['slack'] as const) : []), ...(servesTeams ? (['teams'] as const) : [])]
  const estate = readFile(environment, problems, served)
  if (values === undefined || estate === undefined || problems.length > 0) throw new ConfigError(problems)
  return {
    ...estate,
    redisUrl: values.REDIS_URL,
    host: values.HOST,
    port: values.PORT,
    ...(values.METRICS_PORT !== undefined && { metrics: { host: values.METRICS_HOST, port: values.METRICS_PORT } }),
    ...(slack !== undefined && { slack }),
    ...(teams !== undefined && { teams }),
  }
}

function slackConfig(environment: Environment, problems: string[]): SlackConfig | undefined {
  const values = readEnvironment(slackSchema, environment, problems)
  return (
    values && {
      botToken: values.SLACK_BOT_TOKEN,
      signingSecret: values.SLACK_SIGNING_SECRET,
      ...(values.SLACK_APP_TOKEN !== undefined && { appToken: values.SLACK_APP_TOKEN }),
      ...(values.SLACK_API_URL !== undefined && { apiUrl: values.SLACK_API_URL }),
    }
  )
}

/** Without an app id the SDK checks nobody's token, so that this has to be asked for, and is taken only where nobody else can connect. */
function teamsConfig(environment: Environment, host: string | undefined, problems: string[]): TeamsConfig | undefined {
  const values = readEnvironment(teamsSchema, environment, problems)
  if (values === undefined) return undefined
  const isAuthenticated = values.TEAMS_AUTH === 'enabled'
  if (!isAuthenticated && !isLoopback(host))
    problems.push('TEAMS_AUTH "disabled" is taken only while HOST is a loopback address, e.g. 127.0.0.1')
  if (isAuthenticated && values.TEAMS_APP_ID === undefined)
    problems.push('TEAMS_APP_ID is not set; the app (client) id of the bot, without which nobody could be told from a forger')
  if (isAuthenticated && values.TEAMS_TENANT_ID === undefined)
    problems.push('TEAMS_TENANT_ID is not set; the id of the Entra tenant whose people are served')
  return {
    appId: values.TEAMS_APP_ID ?? '',
    isAuthenticated,
    ...(values.TEAMS_APP_PASSWORD !== undefined && { appPassword: values.TEAMS_APP_PASSWORD }),
    ...(values.TEAMS_TENANT_ID !== undefined && { tenantId: values.TEAMS_TENANT_ID }),
    ...(values.TEAMS_OPENID_URL !== undefined && { openIdUrl: values.TEAMS_OPENID_URL }),
    ...(values.TEAMS_SERVICE_URL !== undefined && { serviceUrl: values.TEAMS_SERVICE_URL }),
    ...(values.TEAMS_GRAPH_URL !== undefined && { graphUrl: values.TEAMS_GRAPH_URL }),
    ...(values.AZURE_AUTHORITY_HOST !== undefined && { authorityHost: values.AZURE_AUTHORITY_HOST }),
  }
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && (host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.')))
}

export interface JobsConfig extends Omit<Estate, 'organizations'> {
  readonly redisUrl: string
  readonly clickhouse: { readonly apiUrl: string; readonly organizations: readonly OrganizationKey[] }
  /** Azure Resource Manager. */
  readonly azureUrl: string
  /** An authority that is none of Microsoft's gives tokens for it. */
  readonly ownAuthority: boolean
}

const jobsSchema = z.object({
  PRIVATELINK_CONFIG: z.string('is not set; the path of the configuration file'),
  REDIS_URL: redisUrl,
  CLICKHOUSE_API_URL: z.url('must be a URL').default('https://api.clickhouse.cloud/v1'),
  AZURE_RESOURCE_MANAGER_URL: z.url('must be a URL').default('https://management.azure.com'),
  AZURE_AUTHORITY_HOST: z.url('must be a URL').optional(),
})

/** Of the public and the sovereign clouds. */
const microsofts = /\.(microsoftonline\.(com|us|cn)|chinacloudapi\.cn)$/

export function jobsConfig(environment: Environment = process.env): JobsConfig {
  const problems: string[] = []
  const values = readEnvironment(jobsSchema, environment, problems)
  const estate = readFile(environment, problems)
  const organizations = (estate?.organizations ?? []).map(({ id, name, keyId, keySecret }, index): OrganizationKey => {
    const read = (key: string, variable: string): string => {
      const value = environment[variable]
      if (value === undefined || value === '')
        problems.push(`organizations[${index}].${key}: the environment variable ${variable} is not set`)
      return value ?? ''
    }
    return { organizationId: id, organizationName: name, keyId: read('keyId', keyId), keySecret: read('keySecret', keySecret) }
  })
  if (values === undefined || estate === undefined || problems.length > 0) throw new ConfigError(problems)
  const { networks, people, policies, warnings } = estate
  return {
    networks,
    people,
    policies,
    warnings,
    redisUrl: values.REDIS_URL,
    clickhouse: { apiUrl: values.CLICKHOUSE_API_URL.replace(/\/+$/, ''), organizations },
    azureUrl: values.AZURE_RESOURCE_MANAGER_URL.replace(/\/+$/, ''),
    ownAuthority: values.AZURE_AUTHORITY_HOST !== undefined && !microsofts.test(new URL(values.AZURE_AUTHORITY_HOST).hostname),
  }
}

/** The audit command reads Redis, and nothing else. */
export function auditConfig(environment: Environment = process.env): { readonly redisUrl: string } {
  const problems: string[] = []
  const values = readEnvironment(z.object({ REDIS_URL: redisUrl }), environment, problems)
  if (values === undefined) throw new ConfigError(problems)
  return { redisUrl: values.REDIS_URL }
}

export interface DnsServer {
  readonly address: string
  readonly port: number
}

export interface DiagnosticsConfig {
  readonly redisUrl: string
  readonly network: string
  /** Azure DNS. */
  readonly dnsServers: readonly DnsServer[]
  /** Servers to use instead of the system's resolver. */
  readonly resolver?: readonly DnsServer[]
  readonly hostSuffixes: readonly string[]
  /** Where it may connect, in CIDR notation. */
  readonly prefixes: readonly string[]
}

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const dnsServers = list.pipe(z.array(z.string().transform(parseServer)).min(1))

const probeSettings = {
  DIAGNOSTICS_DNS_SERVERS: dnsServers.default([{ address: '168.63.129.16', port: 53 }]),
  DIAGNOSTICS_RESOLVER: dnsServers.optional(),
  DIAGNOSTICS_HOST_SUFFIXES: list
    .pipe(z.array(z.string().startsWith('.', 'each suffix must begin with "."')).min(1))
    .default(['.privatelink.azure.clickhouse.cloud']),
  DIAGNOSTICS_PREFIXES: list
    .pipe(z.array(z.cidrv4('must be address prefixes such as 10.0.0.0/8')).min(1))
    .default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']),
}

const diagnosticsSchema = z.object({
  REDIS_URL: redisUrl,
  DIAGNOSTICS_NETWORK: z.string('is not set; the name of the network that this worker stands in').min(1, 'is empty'),
  ...probeSettings,
})

export function diagnosticsConfig(environment: Environment = process.env): DiagnosticsConfig {
  const problems: string[] = []
  const values = readEnvironment(diagnosticsSchema, environment, problems)
  if (values === undefined) throw new ConfigError(problems)
  return { redisUrl: values.REDIS_URL, network: values.DIAGNOSTICS_NETWORK, ...settingsIn(values) }
}

/** The one-shot command: what its flags say comes before what the environment does. */
export function onceConfig(
  flags: { readonly network?: string; readonly dnsServers: readonly string[]; readonly prefixes: readonly string[] },
  environment: Environment = process.env,
): Omit<DiagnosticsConfig, 'redisUrl'> {
  const problems: string[] = []
  const values = readEnvironment(
    z.object(probeSettings),
    {
      ...environment,
      ...(flags.dnsServers.length > 0 && { DIAGNOSTICS_DNS_SERVERS: flags.dnsServers.join(',') }),
      ...(flags.prefixes.length > 0 && { DIAGNOSTICS_PREFIXES: flags.prefixes.join(',') }),
    },
    problems,
  )
  if (values === undefined) throw new ConfigError(problems.map(byFlags))
  return { network: flags.network ?? environment.DIAGNOSTICS_NETWORK ?? 'this machine', ...settingsIn(values) }
}

/** In the words of whoever typed the command. */
function byFlags(problem: string): string {
  return problem.replace('DIAGNOSTICS_DNS_SERVERS', '--dns-server').replace('DIAGNOSTICS_PREFIXES', '--prefix')
}

function settingsIn(values: z.infer<z.ZodObject<typeof probeSettings>>): Omit<DiagnosticsConfig, 'redisUrl' | 'network'> {
  return {
    dnsServers: values.DIAGNOSTICS_DNS_SERVERS,
    ...(values.DIAGNOSTICS_RESOLVER !== undefined && { resolver: values.DIAGNOSTICS_RESOLVER }),
    hostSuffixes: values.DIAGNOSTICS_HOST_SUFFIXES,
    prefixes: values.DIAGNOSTICS_PREFIXES,
  }
}

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

/** The processes whose variables are set, for `npm run doctor`. Those that name the keys of an organization in the configuration file count as jobs'. */
export function processesIn(environment: Environment = process.env): readonly (keyof typeof ownVariables)[] {
  const isSet = (name: string) => [name, `${name}_FILE`].some((each) => (environment[each] ?? '') !== '')
  const keys = (readFile(environment, [])?.organizations ?? []).flatMap(({ keyId, keySecret }) => [keyId, keySecret])
  return (['bot', 'jobs', 'diagnostics'] as const).filter((name) =>
    [...ownVariables[name], ...(name === 'jobs' ? keys : [])].some(isSet),
  )
}

/** The passwords in Redis addresses, to be kept out of logs. */
export function secretsIn(redisAddresses: string): readonly string[] {
  return redisAddresses.split(',').map((node) => decodeURIComponent(new URL(node).password))
}

/** Options of `resolv.conf` for this process, unless its environment has some. The C library reads them at the first lookup. */
export function presetResolver(options: string): void {
  process.env.RES_OPTIONS ??= options
}

/** Threads that libuv has for blocking calls. It reads the variable once, before any of our code runs: the npm script sets it. */
export function threadPoolSize(): number {
  const size = Number(process.env.UV_THREADPOOL_SIZE ?? '')
  return Number.isInteger(size) && size > 0 ? Math.min(size, 1_024) : 4
}

/** `IP[:PORT]` */
function parseServer(value: string, context: z.core.$RefinementCtx<string>): DnsServer {
  const [address = '', port = '53', ...rest] = value.split(':')
  const number = Number(port)
  if (!isIPv4(address) || rest.length > 0 || !Number.isInteger(number) || number < 1 || number > 65_535) {
    context.addIssue({ code: 'custom', message: `"${value}" is not IP[:PORT]` })
    return z.NEVER
  }
  return { address, port: number }
}

/** An empty variable counts as one that is not set. */
function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
  problems: string[],
): z.infer<Schema> | undefined {
  const result = schema.safeParse(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')))
  if (result.success) return result.data
  problems.push(...result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`))
  return undefined
}

/** `served`: the chats that this process knows to be served. */
function readFile(environment: Environment, problems: string[], served?: readonly Surface[]): Estate | undefined {
  const path = environment.PRIVATELINK_CONFIG
  return path === undefined || path === '' ? undefined : readEstate(path, problems, served)
}
