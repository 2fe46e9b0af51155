import { createServer } from 'node:http'
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
  const results = await ask({}, { groups: ['00000000-3333-4333-8333-000000000009'] })
  expect(codesOf(results)).toEqual(['teams-group-unknown'])
  expect(results.find(({ level }) => level === 'fail')?.remedy).toContain('check the id in teams-group:00000000-3333')
})

test('without the permissions of Microsoft Graph', async () => {
  const graph = createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges' } }))
  })
  await new Promise<void>((resolve) => graph.listen(0, '127.0.0.1', resolve))
  const address = graph.address()
  const graphUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const results = await ask({ graphUrl })
  graph.close()
  expect(codesOf(results)).toEqual(['teams-graph-refuses'])
  expect(results.find(({ level }) => level === 'fail')?.remedy).toContain('GroupMember.Read.All and User.ReadBasic.All')
})

test('keys that cannot be read', async () => {
  const results = await ask({ openIdUrl: 'https://127.0.0.1:1/openid' })
  expect(codesOf(results)).toEqual(['teams-keys-unreachable'])
  expect(results.at(-1)?.remedy).toContain('let it reach 127.0.0.1:1')
})
