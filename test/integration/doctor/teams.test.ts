import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { teams as tenant } from '../../../sandbox/estate.ts'
import { startTeams, type TeamsSandbox } from '../../../sandbox/teams/start.ts'
import { teamsPart } from '../../../src/bot/teams/doctor.ts'
import type { CheckupResult } from '../../../src/domain/checkup.ts'
import { codesOf } from './run-doctor.ts'

/** Teams: credentials, channels, groups, and the keys by which it signs. */

const notAddedTo = new Set<string>()
let teams: TeamsSandbox
beforeAll(async () => {
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  teams = await startTeams({ ...tenant, notAddedTo }, { authority })
})
afterAll(async () => await teams.close())

const [group = ''] = Object.keys(tenant.groups)

async function ask(
  more: object = {},
  { channel = tenant.channels.approvals, groups = [group] }: { channel?: string; groups?: readonly string[] } = {},
): Promise<readonly CheckupResult[]> {
  const { appId, appPassword, tenantId } = tenant
  const { serviceUrl, openIdUrl, graphUrl, authorityHost } = teams
  const settings = {
    appId,
    appPassword,
    tenantId,
    isAuthenticated: true,
    serviceUrl,
    openIdUrl,
    graphUrl,
    authorityHost,
    ...more,
  }
  const channels = [{ id: channel, name: 'network-approvals' }]
  const part = teamsPart({ settings, channels, groups, serviceUrlOf: async () => undefined })
  return (await Promise.all(part.checkups.map(({ run }) => run(new AbortController().signal)))).flat()
}

test('all is well', async () => {
  expect(codesOf(await ask())).toEqual([])
})

test('a secret that has ended', async () => {
  const results = await ask({ appPassword: 'other' })
  expect(codesOf(results)).toEqual(['teams-credentials'])
  expect(results[0]?.remedy).toContain('make a new client secret')
})

test('a channel that the app was not added to, and one that does not exist', async () => {
  notAddedTo.add('approvals')
  const outside = await ask()
  notAddedTo.clear()
  expect(codesOf(outside)).toEqual(['teams-not-in-channel'])
  expect(outside.find(({ level }) => level === 'fail')?.remedy).toContain('Add the app to this team or chat.')
  const nowhere = await ask({}, { channel: '19:nowhere@thread.tacv2' })
  expect(codesOf(nowhere)).toEqual(['teams-not-in-channel'])
  expect(nowhere.find(({ level }) => level === 'fail')?.remedy).toContain('Check the id in the configuration')
})

test('a group that Graph does not know', async () => {
  expect(codesOf(await ask({}, { groups: ['00000000-3333-4333-8333-000000000009'] }))).toHaveLength(1)
})

test('keys that cannot be read', async () => {
  const results = await ask({ openIdUrl: 'https://127.0.0.1:1/openid' })
  expect(codesOf(results)).toEqual(['teams-keys-unreachable'])
  expect(results.at(-1)?.remedy).toContain('let it reach 127.0.0.1:1')
})
