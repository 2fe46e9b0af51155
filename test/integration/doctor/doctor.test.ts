import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { configuration, keys, teams as tenant, slack as workspace } from '../../../sandbox/estate.ts'
import type { ProcessName } from '../../../sandbox/processes.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { createLog } from '../../../src/log.ts'
import { announce } from '../../../src/redis/presence.ts'
import { askDoctor, codesOf, runDoctor } from './run-doctor.ts'

/** `npm run doctor` in the environments of the real processes, against the simulated world. */

let sandbox: Sandbox
let redis: Redis
beforeAll(async () => {
  sandbox = await startSandbox({
    chats: ['slack', 'teams'],
    configure: (file) => ({ ...file, networks: file.networks.slice(0, 1), policies: file.policies.slice(0, 1) }),
  })
  setDefaultCACertificates([...getCACertificates('default'), sandbox.authority.certificate])
  redis = new Redis(sandbox.redisUrl)
  await redis.config('SET', 'appendonly', 'yes')
  await sandbox.start('diagnostics')
})
afterAll(async () => {
  redis?.disconnect()
  await sandbox?.close()
})
let key: { readonly id: string; readonly secret: string; role: 'admin' | 'developer' }
beforeEach(() => {
  sandbox.world.gate = async () => undefined
  // ClickHouse Cloud counts calls by their key: with a new one no test waits for what the tests before it have used up.
  key = { id: `doctor${randomInt(1e9)}`, secret: keys.secret, role: 'admin' }
  sandbox.world.organizations[0]?.keys.splice(0, 1, key)
})

const environmentOf = (name: ProcessName) => ({
  ...sandbox.environment(name),
  ...(name === 'jobs' && { CLICKHOUSE_KEY_ID: key.id }),
})

const everything = () => ({
  ...environmentOf('bot'),
  ...environmentOf('jobs'),
  ...environmentOf('diagnostics'),
  REDIS_URL: sandbox.redisUrl,
})

test.each(['bot', 'jobs', 'diagnostics'] as const)(
  'all is well in the environment of %s, which says what it did not check',
  async (name) => {
    const { status, findings, results, errors } = await runDoctor(environmentOf(name), '--json')
    expect(findings).toEqual([])
    expect(errors).toBe('')
    expect(status).toBe(0)
    const others = ['bot', 'jobs', 'diagnostics'].filter((other) => other !== name)
    const notChecked = results.filter(({ code }) => code === 'not-checked').map(({ text }) => text.split(':')[0])
    expect(notChecked).toEqual(others)
  },
)

test('the text says in groups what is well, without colour where no terminal is, and shows no secret', async () => {
  const { status, out } = await runDoctor(everything())
  expect(out).toContain('\nSlack\n  ✓ the bot token is accepted: privatelink in Acme\n')
  expect(out).toContain('✓ prod-westus3: 1 of version')
  expect(out).toContain('! User default may do more than bot needs')
  expect(out).toContain('\n    → Whoever runs Redis: load the users that `npm run acl` writes')
  expect(out.trimEnd().split('\n').at(-1)).toMatch(/^3 warnings, \d+ in order$/)
  expect(out).not.toContain('\u001b')
  const secrets = [keys.secret, workspace.botToken, workspace.signingSecret, tenant.appPassword, sandbox.arm.identity.header]
  for (const secret of secrets) expect(out).not.toContain(secret)
  expect(status).toBe(0)
})

test('nothing is changed anywhere', async () => {
  const before = [
    await redis.dbsize(),
    await redis.lastsave(),
    sandbox.slack.messages.length,
    sandbox.teams?.store.messages.length,
  ]
  const monitor = await redis.duplicate().monitor()
  const others = [...String(await redis.client('LIST')).matchAll(/\baddr=(\S+)/g)].map(([, address]) => address)
  const commands: string[] = []
  monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
    if (source !== 'lua' && !others.includes(source)) commands.push(command.toLowerCase())
  })
  sandbox.world.calls.length = 0
  await runDoctor(environmentOf('bot'), '--json')
  await runDoctor(environmentOf('jobs'), '--json')
  monitor.disconnect()
  const calls = (vendor: string) => sandbox.world.calls.filter((call) => call.vendor === vendor)
  const writes = (vendor: string) => calls(vendor).filter(({ method }) => !['GET', 'HEAD'].includes(method))
  for (const vendor of ['arm', 'identity', 'clickhouse']) {
    expect(calls(vendor)).not.toEqual([])
    expect(writes(vendor)).toEqual([])
  }
  expect(new Set(writes('slack').map(({ path }) => path))).toEqual(new Set(['/api/auth.test', '/api/conversations.info']))
  expect(calls('teams').map(({ path }) => path)).toContainEqual(expect.stringContaining('/pagedmembers'))
  // The one thing sent to Microsoft asks for a token.
  expect(new Set(writes('teams').map(({ path }) => path.replace(/\?.*$/, '')))).toEqual(
    new Set([`/${tenant.tenantId}/oauth2/v2.0/token`]),
  )
  // The one script asks for heartbeats.
  const reads = ['hello', 'info', 'client', 'acl', 'time', 'multi', 'discard', 'hmget', 'eval']
  expect(commands).toContain('multi')
  expect(commands.filter((command) => !reads.includes(command))).toEqual([])
  const after = [
    await redis.dbsize(),
    await redis.lastsave(),
    sandbox.slack.messages.length,
    sandbox.teams?.store.messages.length,
  ]
  expect(after).toEqual(before)
})

test('without the variables of any process it cannot run', async () => {
  const { status, errors, out } = await runDoctor({ REDIS_URL: sandbox.redisUrl })
  expect([status, out]).toEqual([2, ''])
  expect(errors).toContain('Nothing to check')
  expect(await runDoctor({}, '--what')).toMatchObject({ status: 2, errors: expect.stringContaining('Usage') })
})

test('every problem of a configuration is a finding, and what does not depend on it is checked', async () => {
  const { status, findings, results } = await askDoctor({ ...environmentOf('bot'), SLACK_BOT_TOKEN: '', PORT: 'many' }, '--json')
  expect(status).toBe(1)
  expect(findings.map(({ code, text }) => `${code} ${text}`)).toEqual([
    'configuration-invalid bot: PORT must be a port number',
    'configuration-invalid bot: SLACK_BOT_TOKEN is not set; the bot token of the Slack app (xoxb-…)',
  ])
  expect(results.map(({ code }) => code)).toContain('redis-version')
})

/** Libraries keep the tokens of these for the whole process. */
const keepsTokens = ['teams-credentials', 'azure-credentials']

const deadPort = 'redis://bot:secret-of-redis@127.0.0.1:1'

test.each<[string, 'bot' | 'jobs' | 'diagnostics', Record<string, string>, string, RegExp]>([
  ['a wrong Slack token', 'bot', { SLACK_BOT_TOKEN: 'xoxb-other-token' }, 'slack-token-refused', /set SLACK_BOT_TOKEN/],
  ['a wrong app token', 'bot', { SLACK_APP_TOKEN: 'xapp-other-token' }, 'slack-app-token-refused', /connections:write/],
  ['a wrong secret of Teams', 'bot', { TEAMS_APP_PASSWORD: 'other' }, 'teams-credentials', /TEAMS_APP_PASSWORD/],
  ['a wrong API key', 'jobs', { CLICKHOUSE_KEY_SECRET: 'other' }, 'clickhouse-credentials', /Check the API key/],
  ['an identity that is none', 'jobs', { IDENTITY_HEADER: 'other' }, 'azure-credentials', /Check the Azure identity/],
  ['a Redis that is down', 'bot', { REDIS_URL: deadPort }, 'redis-unreachable', /Whoever runs Redis/],
  ['a Redis that is down', 'jobs', { REDIS_URL: deadPort }, 'redis-unreachable', /Whoever runs Redis/],
  ['a Redis that is down', 'diagnostics', { REDIS_URL: deadPort }, 'redis-unreachable', /Whoever runs Redis/],
  [
    'a silent DNS server',
    'diagnostics',
    { DIAGNOSTICS_RESOLVER: '127.0.0.1:9' },
    'dns-server-silent',
    /let this machine reach 127.0.0.1:9/,
  ],
])('%s in the environment of %s is one finding with its remedy', async (_what, name, more, code, remedy) => {
  const ask = keepsTokens.includes(code) ? runDoctor : askDoctor
  const { status, findings, out } = await ask({ ...environmentOf(name), ...more }, '--json')
  expect(codesOf(findings)).toEqual([code])
  expect(findings[0]?.remedy).toMatch(remedy)
  expect(status).toBe(1)
  for (const secret of Object.values(more)) if (secret.length > 12) expect(out).not.toContain(secret)
  expect(out).not.toContain('secret-of-redis')
})

test('a key without the Admin role', async () => {
  key.role = 'developer'
  const { findings } = await askDoctor(environmentOf('jobs'), '--json')
  expect(codesOf(findings)).toEqual(['key-without-admin'])
  expect(findings[0]?.remedy).toContain(
    'An administrator of the organization acme in ClickHouse Cloud: give the key the Admin role',
  )
})

test('a VNet and a subnet that are not there', async () => {
  const [id = '', vnet] = [...sandbox.world.networks][0] ?? []
  if (vnet === undefined) throw new Error('no VNet')
  sandbox.world.networks.delete(id)
  const absent = await askDoctor(environmentOf('jobs'), '--json')
  sandbox.world.networks.set(id, { ...vnet, subnets: [{ name: 'other', addressPrefix: '10.0.0.0/24' }] })
  const without = await askDoctor(environmentOf('jobs'), '--json')
  sandbox.world.networks.set(id, vnet)
  expect(codesOf(absent.findings)).toEqual(['subnet-absent'])
  expect(without.findings.map(({ text }) => text)).toEqual(['prod-westus3: vnet-prod has no subnet endpoints; it has other.'])
})

test('a network without a worker, and a worker of another version', async () => {
  const [prod, staging] = configuration().networks
  const folder = await mkdtemp(join(tmpdir(), 'privatelink-doctor-'))
  const path = join(folder, 'privatelink.yaml')
  const [policy] = configuration().policies
  const both = { ...configuration(), networks: [prod, staging], policies: [{ ...policy, networks: ['*'] }] }
  await writeFile(path, stringify(both))
  const environment = { ...environmentOf('jobs'), PRIVATELINK_CONFIG: path }
  const absent = await askDoctor(environment, '--json')
  expect(codesOf(absent.findings)).toEqual(['worker-absent'])
  expect(absent.findings[0]?.remedy).toContain('start it with DIAGNOSTICS_NETWORK=staging-eastus2')
  const log = createLog('test')
  log.level = 'silent'
  const older = await announce(redis, 'staging-eastus2', '0.0.9', log)
  const other = await askDoctor(environment, '--json')
  await older.close()
  expect(codesOf(other.findings)).toEqual(['worker-other-version'])
  expect(other.findings[0]?.text).toMatch(/1 live, with version 0\.0\.9 instead of \d/)
  expect(other.status).toBe(0)
  await rm(folder, { recursive: true })
})

test('a clock that is two minutes off is one finding', async () => {
  const shift =
    'const now=Date.now;globalThis.Date=class extends Date{constructor(...a){a.length?super(...a):super(now()+120000)}static now(){return now()+120000}}'
  const environment = {
    ...environmentOf('jobs'),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}`,
  }
  const { findings, status } = await runDoctor(environment, '--json')
  expect(codesOf(findings)).toEqual(['clock-wrong'])
  expect(findings[0]?.text).toMatch(/1[12]\d s ahead of Redis’s, 1[12]\d s ahead of ClickHouse Cloud’s/)
  expect(findings[0]?.remedy).toContain('NTP')
  expect(status).toBe(1)
})

test('hostile text of a vendor stays in its line', async () => {
  sandbox.world.gate = async ({ path }, phase) =>
    phase === 'arrived' && path.startsWith('/v1/organizations/')
      ? { status: 403, body: { status: 403, error: 'FORBIDDEN: no\u001b[31m\u202e red' } }
      : undefined
  const { out } = await askDoctor(environmentOf('jobs'))
  expect(out).toContain('FORBIDDEN: no[31m red')
  for (const character of ['\u001b', '\u202e']) expect(out).not.toContain(character)
})

test('a secret that a vendor repeats is masked', async () => {
  sandbox.world.gate = async ({ path }, phase) =>
    phase === 'arrived' && path.startsWith('/v1/organizations/')
      ? { status: 403, body: { status: 403, error: `FORBIDDEN: ${keys.secret} of xoxb-not-ours-but-a-token may not` } }
      : undefined
  const { out } = await askDoctor(environmentOf('jobs'))
  expect(out).toContain('FORBIDDEN: [secret] of xoxb-[secret] may not')
  const { findings } = await askDoctor(environmentOf('jobs'), '--json')
  expect(findings[0]?.text).toContain('FORBIDDEN: [secret] of xoxb-[secret] may not')
})
