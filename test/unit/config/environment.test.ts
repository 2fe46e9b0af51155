import { describe, expect, test } from 'vitest'
import { botConfig, diagnosticsConfig, jobsConfig } from '../../../src/config.ts'
import { file, good, problemsOf, slackEnvironment, teamsEnvironment } from './config-file.ts'

describe('the environment', () => {
  test('keys by the names that the configuration gives', () => {
    const path = file(good.replace('name: acme', 'name: acme, keyId: ACME_KEY_ID, keySecret: ACME_KEY_SECRET'))
    const problems = problemsOf(() => jobsConfig({ PRIVATELINK_CONFIG: path, REDIS_URL: 'redis://127.0.0.1', ACME_KEY_ID: 'id' }))
    expect(problems).toEqual(['organizations[0].keySecret: the environment variable ACME_KEY_SECRET is not set'])
  })

  test('the bot needs no cloud credentials, and says what it lacks', () => {
    expect(problemsOf(() => botConfig({ PORT: 'x', SLACK_SIGNING_SECRET: '' })).join('\n')).toContain(
      'no chat is configured: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET for Slack',
    )
    const problems = problemsOf(() => botConfig({ PORT: 'x', SLACK_APP_TOKEN: 'xapp-1' }))
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'PRIVATELINK_CONFIG',
      'REDIS_URL',
      'PORT',
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
    ])
    const path = file(good)
    const environment = { PRIVATELINK_CONFIG: path, REDIS_URL: 'redis://h', SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }
    expect(botConfig(environment)).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      slack: { botToken: 'xoxb-1', signingSecret: 's' },
    })
  })

  test('each chat alone, or both', () => {
    const path = file(good)
    const { SLACK_BOT_TOKEN: _token, SLACK_SIGNING_SECRET: _secret, ...neither } = slackEnvironment(path)
    expect(Object.keys(botConfig(slackEnvironment(path)))).not.toContain('teams')
    const teamsAlone = botConfig({ ...neither, ...teamsEnvironment })
    expect(Object.keys(teamsAlone)).not.toContain('slack')
    expect(teamsAlone.teams).toEqual({
      appId: teamsEnvironment.TEAMS_APP_ID,
      appPassword: 'p4ssword',
      tenantId: teamsEnvironment.TEAMS_TENANT_ID,
      isAuthenticated: true,
    })
    expect(teamsAlone.policies[0]?.places).toEqual([{ surface: 'teams', id: '19:x@thread.tacv2', name: 'network-approvals' }])
    const both = botConfig({ ...slackEnvironment(path), ...teamsEnvironment })
    expect(both.policies[0]?.places.map(({ surface }) => surface)).toEqual(['slack', 'teams'])
  })

  test.each([
    [{ TEAMS_APP_ID: '' }, 'TEAMS_APP_ID is not set'],
    [{ TEAMS_TENANT_ID: '' }, 'TEAMS_TENANT_ID is not set'],
    [{ TEAMS_APP_ID: 'bot' }, 'TEAMS_APP_ID must be the app (client) id'],
    [{ TEAMS_AUTH: 'off' }, 'TEAMS_AUTH must be "enabled" or "disabled"'],
    [{ TEAMS_AUTH: 'disabled' }, 'TEAMS_AUTH "disabled" is taken only while HOST is a loopback address'],
    [{ TEAMS_AUTH: 'disabled', HOST: '0.0.0.0' }, 'TEAMS_AUTH "disabled"'],
    [{ TEAMS_AUTH: 'disabled', HOST: '127.0.0.1.example' }, 'TEAMS_AUTH "disabled"'],
    [{ TEAMS_AUTH: 'disabled', HOST: '::' }, 'TEAMS_AUTH "disabled"'],
  ])('Teams with %j is refused', (changes, expected) => {
    const environment = { ...slackEnvironment(file(good)), ...teamsEnvironment, ...changes }
    expect(problemsOf(() => botConfig(environment)).join('\n')).toContain(expected)
  })

  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('Teams without authentication on %s', (HOST) => {
    const environment = { ...slackEnvironment(file(good)), TEAMS_AUTH: 'disabled', HOST }
    expect(botConfig(environment).teams).toEqual({ appId: '', isAuthenticated: false })
  })

  test('diagnostics: defaults and lists', () => {
    const base = { REDIS_URL: 'redis://h', DIAGNOSTICS_NETWORK: 'prod-westus3' }
    expect(diagnosticsConfig(base)).toEqual({
      redisUrl: 'redis://h',
      network: 'prod-westus3',
      dnsServers: [{ address: '168.63.129.16', port: 53 }],
      hostSuffixes: ['.privatelink.azure.clickhouse.cloud'],
      prefixes: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
    })
    const given = diagnosticsConfig({
      ...base,
      DIAGNOSTICS_DNS_SERVERS: '127.0.0.1:5353',
      DIAGNOSTICS_RESOLVER: '10.0.0.2, 10.0.0.3:54',
      DIAGNOSTICS_PREFIXES: '127.10.0.0/24',
    })
    expect(given).toMatchObject({
      dnsServers: [{ address: '127.0.0.1', port: 5353 }],
      resolver: [
        { address: '10.0.0.2', port: 53 },
        { address: '10.0.0.3', port: 54 },
      ],
      prefixes: ['127.10.0.0/24'],
    })
    expect(
      problemsOf(() => diagnosticsConfig({ ...base, DIAGNOSTICS_DNS_SERVERS: 'dns.example', DIAGNOSTICS_PREFIXES: '10.0.0.0' })),
    ).toHaveLength(2)
  })

  test('diagnostics: DNS servers on IPv6 addresses', () => {
    const base = { REDIS_URL: 'redis://h', DIAGNOSTICS_NETWORK: 'prod-westus3' }
    const servers = '10.0.0.2, fd00::53,[fd00::54]:5353, fe80::1%eth0'
    const expected = [
      { address: '10.0.0.2', port: 53 },
      { address: 'fd00::53', port: 53 },
      { address: 'fd00::54', port: 5353 },
      { address: 'fe80::1%eth0', port: 53 },
    ]
    expect(diagnosticsConfig({ ...base, DIAGNOSTICS_DNS_SERVERS: servers, DIAGNOSTICS_RESOLVER: servers })).toMatchObject({
      dnsServers: expected,
      resolver: expected,
    })
    const problems = problemsOf(() =>
      diagnosticsConfig({ ...base, DIAGNOSTICS_DNS_SERVERS: '10.0.0.2:x', DIAGNOSTICS_RESOLVER: 'fd00::53, [fd00::54]:99999' }),
    )
    expect(problems).toEqual([
      expect.stringContaining('"10.0.0.2:x" is not IP[:PORT]'),
      expect.stringContaining('"[fd00::54]:99999" is not an IPv6 address, or [IPv6]:PORT'),
    ])
  })
})
