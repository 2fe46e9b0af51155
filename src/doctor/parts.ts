import { ConfigError } from '../config/environment.ts'
import type { RedisAddress } from '../config/redis.ts'
import { auditConfig, botConfig, diagnosticsConfig, handOver, jobsConfig, processesHere } from '../config.ts'
import { type CheckupPart, type CheckupResult, fail, ok, skipped, warn } from '../domain/checkup.ts'
import type { Log } from '../log.ts'
import type { Connection } from '../redis/connection.ts'
import { secretsOf } from './secrets.ts'

export type ProcessName = ReturnType<typeof processesHere>[number]

/** What the environment has of each process. */
export interface Parts {
  /** Of every process whose variables are set. */
  readonly here: readonly ProcessName[]
  /** About the configuration: problems, warnings, and what was not checked. */
  readonly configuration: readonly CheckupResult[]
  /** Where the addresses of Redis are, when they can be read. */
  readonly redisUrl?: RedisAddress
  /** Of a diagnostics worker. */
  readonly network?: string
  /** What must not be printed, whoever says it. */
  readonly secrets: readonly string[]
  /** Opens the checks of the processes whose configuration has no problem. */
  open(redis: Connection, log: Log): Promise<readonly CheckupPart[]>
}

const names: readonly ProcessName[] = ['bot', 'jobs', 'diagnostics']
const variables: Readonly<Record<ProcessName, string>> = {
  bot: 'SLACK_…, TEAMS_…',
  jobs: 'CLICKHOUSE_…, AZURE_…',
  diagnostics: 'DIAGNOSTICS_…',
}

/** Loads the code of a process only when that process's variables are here. */
export function partsOf(environment?: Readonly<Record<string, string | undefined>>): Parts {
  const here = processesHere(environment)
  const configuration: CheckupResult[] = []
  const openers: ((redis: Connection, log: Log) => Promise<readonly CheckupPart[]>)[] = []
  const read = <Config>(name: ProcessName, configure: () => Config): Config | undefined => {
    try {
      const config = configure()
      configuration.push(ok('configuration', `${name}: every variable and the configuration file are valid`))
      return config
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      configuration.push(
        ...error.problems.map((problem) =>
          fail(
            'configuration-invalid',
            `${name}: ${problem}`,
            'Whoever deploys this process: correct it; the process does not start like this.',
          ),
        ),
        skipped('not-checked', `${name}: the rest is not checked until its configuration is valid`),
      )
      return undefined
    }
  }
  const warned = (warnings: readonly string[]) =>
    warnings.forEach((warning) => {
      const known = configuration.some(({ text }) => text === warning)
      if (!known)
        configuration.push(
          warn('configuration-doubtful', warning, 'Whoever keeps the configuration file: change it, unless it is meant so.'),
        )
    })
  const bot = here.includes('bot') ? read('bot', () => botConfig(environment)) : undefined
  if (bot !== undefined) {
    warned(bot.warnings)
    openers.push(async (redis, log) => await (await import('../bot/doctor/part.ts')).botPart(bot, redis, log))
  }
  const jobs = here.includes('jobs') ? read('jobs', () => jobsConfig(environment)) : undefined
  if (jobs !== undefined) {
    warned(jobs.warnings)
    handOver(jobs)
    openers.push(async (redis) => [(await import('../jobs/doctor/part.ts')).jobsPart(jobs, redis)])
  }
  const diagnostics = here.includes('diagnostics') ? read('diagnostics', () => diagnosticsConfig(environment)) : undefined
  if (diagnostics !== undefined)
    openers.push(async (redis) => [(await import('../diagnostics/doctor/part.ts')).diagnosticsPart(diagnostics, redis)])
  for (const name of names.filter((each) => !here.includes(each)))
    configuration.push(skipped('not-checked', `${name}: not checked, because none of its variables is here (${variables[name]})`))
  const redisUrl = bot?.redisUrl ?? jobs?.redisUrl ?? diagnostics?.redisUrl ?? redisUrlAlone(environment)
  return {
    here,
    configuration,
    ...(redisUrl !== undefined && { redisUrl }),
    ...(diagnostics !== undefined && { network: diagnostics.network }),
    secrets: secretsOf({ bot, jobs, redisUrl }),
    open: async (redis, log) => (await Promise.all(openers.map((open) => open(redis, log)))).flat(),
  }
}

/** Redis can be looked at even where the rest of the configuration has a problem. */
function redisUrlAlone(environment?: Readonly<Record<string, string | undefined>>): RedisAddress | undefined {
  try {
    return auditConfig(environment).redisUrl
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
