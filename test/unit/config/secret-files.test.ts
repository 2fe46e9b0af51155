import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { secretsIn } from '../../../src/config/redis.ts'
import { auditConfig, botConfig, diagnosticsConfig, handOver, jobsConfig } from '../../../src/config.ts'
import { file, good, jobsEnvironment, problemsOf, slackEnvironment, teamsEnvironment } from './config-file.ts'

/** `…_FILE`: a secret may lie in a file. */

const folder = mkdtempSync(join(tmpdir(), 'privatelink-secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

function secret(text: string): string {
  const path = join(folder, `${Math.random()}`)
  writeFileSync(path, text)
  return path
}

/** The same environment, with these variables in files. */
function inFiles(environment: Readonly<Record<string, string>>, names: readonly string[], end = '\n'): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) =>
      names.includes(name) ? [`${name}_FILE`, secret(`${value}${end}`)] : [name, value],
    ),
  )
}

describe('every secret of every process', () => {
  const path = file(good)
  test.each(['\n', '\r\n', '\n\n', ''])('the bot, and what ends the file does not count: %j', (end) => {
    const environment = { ...slackEnvironment(path), ...teamsEnvironment, SLACK_APP_TOKEN: 'xapp-1' }
    const names = ['REDIS_URL', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'TEAMS_APP_PASSWORD']
    expect(botConfig(inFiles(environment, names, end))).toEqual(botConfig(environment))
  })

  test('jobs, with key variables that the configuration names', () => {
    const named = file(good.replace('name: acme', 'name: acme, keyId: ACME_ID, keySecret: ACME_SECRET'))
    const environment = { PRIVATELINK_CONFIG: named, REDIS_URL: 'redis://h', ACME_ID: 'id', ACME_SECRET: 'hush' }
    expect(jobsConfig(inFiles(environment, ['REDIS_URL', 'ACME_ID', 'ACME_SECRET']))).toEqual(jobsConfig(environment))
  })

  test('diagnostics and the audit', () => {
    const environment = { REDIS_URL: 'redis://u:hush@h', DIAGNOSTICS_NETWORK: 'prod' }
    expect(diagnosticsConfig(inFiles(environment, ['REDIS_URL']))).toEqual(diagnosticsConfig(environment))
    expect(auditConfig(inFiles(environment, ['REDIS_URL']))).toEqual({ redisUrl: 'redis://u:hush@h' })
  })

  test.each(['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD'])('%s is put where its library reads it', (name) => {
    vi.stubEnv(name, '')
    const config = jobsConfig(inFiles({ ...jobsEnvironment(path), [name]: 'azure-hush' }, [name]))
    expect(handOver(config)).toEqual(['azure-hush'])
    expect(process.env[name]).toBe('azure-hush')
  })

  test('headers for traces, of which the log hides every value', () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', '')
    const environment = {
      REDIS_URL: 'redis://h',
      DIAGNOSTICS_NETWORK: 'prod',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hush-1,team=hush-2',
    }
    const config = diagnosticsConfig(inFiles(environment, ['OTEL_EXPORTER_OTLP_HEADERS']))
    expect(handOver(config)).toEqual(['api-key=hush-1,team=hush-2', 'hush-1', 'hush-2'])
    expect(process.env.OTEL_EXPORTER_OTLP_HEADERS).toBe('api-key=hush-1,team=hush-2')
  })
})

describe('what is wrong with a file is said, with the variable and the path, and never with what it holds', () => {
  const { SLACK_BOT_TOKEN: _, ...slack } = slackEnvironment(file(good))
  const problems = (path: string, more = {}) => problemsOf(() => botConfig({ ...slack, SLACK_BOT_TOKEN_FILE: path, ...more }))

  test.each([
    ['', 'is empty: write the secret into it'],
    ['\n', 'is empty'],
    [' \n', 'is empty'],
    ['xoxb-1\nxoxb-2\n', 'holds more than one line'],
    ['xoxb-\u0000', 'holds more than one line'],
    ['\ufeffxoxb-1', 'holds more than one line'],
  ])('%j', (text, expected) => {
    const path = secret(text)
    const found = problems(path)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`SLACK_BOT_TOKEN_FILE: ${path} ${expected}`)
    expect(found[0]).not.toContain('xoxb')
  })

  test.each([
    [join(folder, 'nowhere'), 'cannot be read (ENOENT): there is no such file'],
    [folder, 'cannot be read (EISDIR): it is a folder'],
  ])('%s', (path, expected) => {
    expect(problems(path)).toEqual([expect.stringContaining(`SLACK_BOT_TOKEN_FILE: ${path} ${expected}`)])
  })

  test('both are set', () => {
    expect(problems(secret('xoxb-1'), { SLACK_BOT_TOKEN: 'xoxb-2' })).toEqual([
      'SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: keep one of them',
    ])
    expect(botConfig({ ...slack, SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: secret('xoxb-1') }).slack?.botToken).toBe('xoxb-1')
    expect(botConfig({ ...slack, SLACK_BOT_TOKEN: 'xoxb-2', SLACK_BOT_TOKEN_FILE: '' }).slack?.botToken).toBe('xoxb-2')
  })

  test('all of them at once, with everything else that is wrong', () => {
    const found = problems(join(folder, 'nowhere'), { REDIS_URL: '', REDIS_URL_FILE: secret('http://x'), PORT: 'x' })
    expect(found.map((line) => line.split(/[ :]/)[0])).toEqual(['SLACK_BOT_TOKEN_FILE', 'REDIS_URL', 'PORT'])
  })

  test('a key that the configuration names is asked for once', () => {
    const { CLICKHOUSE_KEY_SECRET: _, ...jobs } = jobsEnvironment(file(good))
    const path = join(folder, 'nowhere')
    expect(problemsOf(() => jobsConfig({ ...jobs, CLICKHOUSE_KEY_SECRET_FILE: path }))).toEqual([
      `CLICKHOUSE_KEY_SECRET_FILE: ${path} cannot be read (ENOENT): there is no such file; check the path, and that the secret is mounted`,
    ])
  })
})

test('a Redis password is hidden as it stands in the address, and as it is sent', () => {
  expect(secretsIn('redis://u:p%40ss@a,redis://u:p%@b')).toEqual(['p%40ss', 'p@ss', 'p%'])
})
