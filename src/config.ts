import { z } from 'zod'
import { type AuditHeadsConfig, auditHeadsIn, auditHeadsVariables, auditSecrets } from './config/audit-heads.ts'
import { chatSecrets, chatsIn, type SlackConfig, type TeamsConfig } from './config/chats.ts'
import { type DashboardConfig, dashboardIn, dashboardSecrets } from './config/dashboard.ts'
import { ConfigError, type Environment, type Variables, variablesIn } from './config/environment.ts'
import { type Estate, readEstate } from './config/file.ts'
import { boundsIn, type ProbeBounds, probeVariables } from './config/probe-settings.ts'
import { type ProcessName, processesIn } from './config/processes-here.ts'
import { checkRedis, type RedisConfig, redisIn, redisSecrets, redisVariables } from './config/redis.ts'
import { portNumber, tracingSecrets, type Watched, watchedIn } from './config/watched.ts'
import type { OrganizationKey } from './domain/organization.ts'
import type { Surface } from './domain/person.ts'

/** The only reader of the environment: one function for each process, which holds no more than that process needs. */

/** Secrets of every process. */
const commonSecrets = [...redisSecrets, ...tracingSecrets]

/** What libraries read from the environment themselves, and what of it is secret. */
interface ReadByLibraries {
  /** By the name of the variable; `handOver` puts them into the environment. Absent where there are none. */
  readonly librarySecrets?: Readonly<Record<string, string>>
}

export interface BotConfig extends Estate, RedisConfig, Watched, ReadByLibraries {
  readonly auditHeads: AuditHeadsConfig
  readonly host: string
  readonly port: number
  /** Absent where the bot does not serve that chat; at least one is there. */
  readonly slack?: SlackConfig
  readonly teams?: TeamsConfig
}

const botSchema = z
  .object({
    PRIVATELINK_CONFIG: z.string('is not set; the path of the configuration file'),
    ...redisVariables,
    HOST: z.string().default('0.0.0.0'),
    PORT: portNumber.default(3000),
    ...auditHeadsVariables,
  })
  .superRefine(checkRedis)

export function botConfig(environment: Environment = process.env): BotConfig {
  const variables = variablesIn(environment, [...commonSecrets, ...auditSecrets, ...chatSecrets])
  const values = variables.read(botSchema)
  const { slack, teams, served } = chatsIn(variables, values?.HOST)
  const watched = watchedIn(variables)
  if (values !== undefined && values.PORT !== 0 && watched.metrics?.port === values.PORT)
    variables.problems.push('METRICS_PORT is the same as PORT: metrics need a port of their own')
  const estate = readFile(variables, served)
  if (values === undefined || estate === undefined || variables.problems.length > 0) throw new ConfigError(variables.problems)
  return {
    ...estate,
    ...redisIn(values),
    auditHeads: auditHeadsIn(values),
    host: values.HOST,
    port: values.PORT,
    ...watched,
    ...librarySecretsIn(variables, tracingSecrets),
    ...(slack !== undefined && { slack }),
    ...(teams !== undefined && { teams }),
  }
}

export interface JobsConfig extends Omit<Estate, 'organizations'>, RedisConfig, Watched, ReadByLibraries {
  readonly auditHeads: AuditHeadsConfig
  readonly clickhouse: { readonly apiUrl: string; readonly organizations: readonly OrganizationKey[] }
  /** Azure Resource Manager. */
  readonly azureUrl: string
  /** An authority that is none of Microsoft's gives tokens for it. */
  readonly ownAuthority: boolean
  /** Absent where there is none; else there is `metrics` too. */
  readonly dashboard?: DashboardConfig
}

/** Read by `@azure/identity`. */
const azureSecrets = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_PASSWORD']

const jobsSchema = z
  .object({
    PRIVATELINK_CONFIG: z.string('is not set; the path of the configuration file'),
    ...redisVariables,
    CLICKHOUSE_API_URL: z.url('must be a URL').default('https://api.clickhouse.cloud/v1'),
    AZURE_RESOURCE_MANAGER_URL: z.url('must be a URL').default('https://management.azure.com'),
    AZURE_AUTHORITY_HOST: z.url('must be a URL').optional(),
    ...auditHeadsVariables,
  })
  .superRefine(checkRedis)

/** Of the public and the sovereign clouds. */
const microsofts = /\.(microsoftonline\.(com|us|cn)|chinacloudapi\.cn)$/

export function jobsConfig(environment: Environment = process.env): JobsConfig {
  const variables = variablesIn(environment, [...commonSecrets, ...azureSecrets, ...dashboardSecrets])
  const { problems } = variables
  const values = variables.read(jobsSchema)
  const watched = watchedIn(variables)
  const dashboard = dashboardIn(variables, watched.metrics !== undefined)
  const estate = readFile(variables)
  const organizations = (estate?.organizations ?? []).map(({ id, name, keyId, keySecret }, index): OrganizationKey => {
    const read = (key: string, variable: string): string => {
      const value = variables.secret(variable)
      if (value === undefined && !variables.isSet(variable))
        problems.push(`organizations[${index}].${key}: the environment variable ${variable} is not set`)
      return value ?? ''
    }
    return { organizationId: id, organizationName: name, keyId: read('keyId', keyId), keySecret: read('keySecret', keySecret) }
  })
  if (values === undefined || estate === undefined || problems.length > 0) throw new ConfigError(problems)
  const { installation, networks, people, policies, retention, warnings } = estate
  return {
    ...(installation !== undefined && { installation }),
    networks,
    people,
    policies,
    retention,
    warnings,
    ...redisIn(values),
    auditHeads: auditHeadsIn(values),
    clickhouse: { apiUrl: values.CLICKHOUSE_API_URL.replace(/\/+$/, ''), organizations },
    azureUrl: values.AZURE_RESOURCE_MANAGER_URL.replace(/\/+$/, ''),
    ownAuthority: values.AZURE_AUTHORITY_HOST !== undefined && !microsofts.test(new URL(values.AZURE_AUTHORITY_HOST).hostname),
    ...watched,
    ...(dashboard !== undefined && { dashboard }),
    ...librarySecretsIn(variables, [...azureSecrets, ...tracingSecrets]),
  }
}

/** The audit command reads Redis, and nothing else. */
export function auditConfig(environment: Environment = process.env): Pick<RedisConfig, 'redisUrl'> {
  const variables = variablesIn(environment, redisSecrets)
  const values = variables.read(z.object(redisVariables).superRefine(checkRedis))
  if (values === undefined) throw new ConfigError(variables.problems)
  return { redisUrl: redisIn(values).redisUrl }
}

export interface DiagnosticsConfig extends Pick<RedisConfig, 'redisUrl'>, ProbeBounds, Watched, ReadByLibraries {
  readonly network: string
}

const diagnosticsSchema = z
  .object({
    ...redisVariables,
    DIAGNOSTICS_NETWORK: z.string('is not set; the name of the network that this worker stands in').min(1, 'is empty'),
    ...probeVariables,
  })
  .superRefine(checkRedis)

export function diagnosticsConfig(environment: Environment = process.env): DiagnosticsConfig {
  const variables = variablesIn(environment, commonSecrets)
  const values = variables.read(diagnosticsSchema)
  const watched = watchedIn(variables)
  if (values === undefined || variables.problems.length > 0) throw new ConfigError(variables.problems)
  return {
    redisUrl: redisIn(values).redisUrl,
    network: values.DIAGNOSTICS_NETWORK,
    ...boundsIn(values),
    ...watched,
    ...librarySecretsIn(variables, tracingSecrets),
  }
}

/** The one-shot command: what its flags say comes before what the environment does. */
export function onceConfig(
  flags: { readonly network?: string; readonly dnsServers: readonly string[]; readonly prefixes: readonly string[] },
  environment: Environment = process.env,
): ProbeBounds & { readonly network: string } {
  const variables = variablesIn(
    {
      ...environment,
      ...(flags.dnsServers.length > 0 && { DIAGNOSTICS_DNS_SERVERS: flags.dnsServers.join(',') }),
      ...(flags.prefixes.length > 0 && { DIAGNOSTICS_PREFIXES: flags.prefixes.join(',') }),
    },
    [],
  )
  const values = variables.read(z.object(probeVariables))
  if (values === undefined) throw new ConfigError(variables.problems.map(byFlags))
  return { network: flags.network ?? environment.DIAGNOSTICS_NETWORK ?? 'this machine', ...boundsIn(values) }
}

/** In the words of whoever typed the command. */
function byFlags(problem: string): string {
  return problem.replace('DIAGNOSTICS_DNS_SERVERS', '--dns-server').replace('DIAGNOSTICS_PREFIXES', '--prefix')
}

/** The processes whose variables are set, for `npm run doctor`. */
export function processesHere(environment: Environment = process.env): readonly ProcessName[] {
  return processesIn(environment)
}

function librarySecretsIn(variables: Variables, names: readonly string[]): ReadByLibraries {
  const values = names.flatMap((name) => {
    const value = variables.value(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return values.length === 0 ? {} : { librarySecrets: Object.fromEntries(values) }
}

/**
 * Puts what libraries read from the environment themselves there, because it may have come from files, and returns what of it the log has to hide: whole
 * values, and the values of headers (`key=value,…`).
 */
export function handOver({ librarySecrets = {} }: ReadByLibraries): readonly string[] {
  Object.assign(process.env, librarySecrets)
  return Object.entries(librarySecrets).flatMap(([name, value]) =>
    tracingSecrets.includes(name)
      ? [value, ...value.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim())]
      : [value],
  )
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

/** `served`: the chats that this process knows to be served. */
function readFile(variables: Variables, served?: readonly Surface[]): Estate | undefined {
  const path = variables.value('PRIVATELINK_CONFIG')
  return path === undefined ? undefined : readEstate(path, variables.problems, served)
}
