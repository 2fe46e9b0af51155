import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { type SlackSandbox, startSlack } from '../../../sandbox/slack/start.ts'
import { World } from '../../../sandbox/world.ts'
import { scopes, slackPart } from '../../../src/bot/slack/doctor.ts'
import type { CheckupResult } from '../../../src/domain/checkup.ts'
import { createLog } from '../../../src/log.ts'
import { codesOf } from './run-doctor.ts'

/** Slack with every single scope missing in turn, and channels that the bot is not in. */

const latencies = { arm: 0, privateEndpoint: 0, privateZone: 0, networkLink: 0, clickhouse: 0, propagation: 0 }
const every = scopes.map(({ name }) => name)
const log = createLog('test')
log.level = 'silent'

let slack: SlackSandbox | undefined
afterEach(async () => await slack?.close())

async function ask(
  more: Partial<Parameters<typeof startSlack>[1]>,
  options: { channel?: string; group?: string; appToken?: string; gate?: World['gate'] } = {},
): Promise<readonly CheckupResult[]> {
  const world = new World({ addressBase: '127.9.0', latencies })
  if (options.gate !== undefined) world.gate = options.gate
  slack = await startSlack(world, { ...workspace, ...more })
  const part = slackPart({
    botToken: workspace.botToken,
    apiUrl: slack.url,
    channels: [{ id: options.channel ?? workspace.channels.approvals, name: 'network-approvals' }],
    groups: [options.group ?? 'S0NETSEC'],
    usesEmails: true,
    log,
    ...(options.appToken !== undefined && { appToken: options.appToken }),
  })
  return (await Promise.all(part.checkups.map(({ run }) => run(new AbortController().signal)))).flat()
}

test.each(every)('without %s that scope is the one finding, with what it is for and who adds it', async (missing) => {
  const results = await ask({ scopes: every.filter((scope) => scope !== missing) })
  const findings = results.filter(({ level }) => level === 'fail' || level === 'warn')
  expect(findings.map(({ code }) => code)).toEqual(['slack-scope-missing'])
  expect(findings[0]?.text).toMatch(new RegExp(`^The scope ${missing.replace('.', '\\.')} is missing: .{20,}`))
  expect(findings[0]?.remedy).toContain(`Whoever manages the Slack app: add ${missing} `)
})

test('every scope is there', async () => {
  expect(codesOf(await ask({ scopes: every }))).toEqual([])
})

test('a channel that the bot was not invited to', async () => {
  const results = await ask({ scopes: every, notMemberOf: ['approvals'] })
  expect(codesOf(results)).toEqual(['slack-not-in-channel'])
  expect(results.find(({ level }) => level === 'fail')?.remedy).toContain('invite the bot there with /invite')
})

test('a private channel: one that the bot is in, one that it is not in, and one that it may not see', async () => {
  const privateChannels = ['approvals']
  expect(codesOf(await ask({ scopes: every, privateChannels }))).toEqual([])
  await slack?.close()
  const outside = await ask({ scopes: every, privateChannels, notMemberOf: ['approvals'] })
  expect(codesOf(outside)).toEqual(['slack-channel-not-found'])
  expect(outside.find(({ level }) => level === 'fail')?.remedy).toContain('invite the bot there with /invite')
  await slack?.close()
  const unseen = await ask({ scopes: every.filter((scope) => scope !== 'groups:read'), privateChannels })
  expect(codesOf(unseen)).toEqual(['slack-scope-missing'])
  expect(unseen.find(({ level }) => level === 'skipped')?.text).toContain('nobody can see whether the bot is in it')
})

test('a group that does not exist', async () => {
  const results = await ask({ scopes: every }, { group: 'S0NOBODY' })
  expect(codesOf(results)).toEqual(['slack-group-unknown'])
  expect(results.at(-1)?.remedy).toContain('slack-group:S0NOBODY')
})

test('a channel that does not exist', async () => {
  const results = await ask({ scopes: every }, { channel: 'C0NOWHERE' })
  expect(codesOf(results)).toEqual(['slack-channel-not-found'])
  expect(results.find(({ level }) => level === 'fail')?.remedy).toContain('check the id C0NOWHERE')
})

test('a channel that Slack does not answer about is one finding, and the rest is told', async () => {
  const gate: World['gate'] = async ({ path }, phase) =>
    phase === 'arrived' && path.includes('conversations.info')
      ? { status: 429, headers: { 'retry-after': '30' }, body: { ok: false, error: 'ratelimited' } }
      : undefined
  const results = await ask({ scopes: every.filter((scope) => scope !== 'im:write') }, { gate })
  expect(codesOf(results)).toEqual(['slack-scope-missing', 'slack-rate-limited'])
  expect(results.map(({ code }) => code)).toContain('slack-group')
})

test('an app token, a wrong one, and one without its scope', async () => {
  const appToken = 'xapp-sandbox'
  expect(codesOf(await ask({ scopes: every, appToken }, { appToken }))).toEqual([])
  await slack?.close()
  expect(codesOf(await ask({ scopes: every, appToken }, { appToken: 'xapp-other' }))).toEqual(['slack-app-token-refused'])
  await slack?.close()
  const gate: World['gate'] = async ({ path }, phase) =>
    phase === 'arrived' && path.includes('apps.connections.open')
      ? { status: 200, body: { ok: false, error: 'missing_scope', needed: 'connections:write' } }
      : undefined
  const without = await ask({ scopes: every, appToken }, { appToken, gate })
  expect(codesOf(without)).toEqual(['slack-app-token-refused'])
  expect(without.at(-1)?.text).toBe('The app token is refused: missing_scope')
  expect(without.at(-1)?.remedy).toContain('connections:write')
})
