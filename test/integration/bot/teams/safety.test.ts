import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { teams as tenant } from '../../../../sandbox/estate.ts'
import type { Forge } from '../../../../sandbox/teams/driver/deliver.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** Whoever is not Teams, or not of this tenant, is refused; and nothing that comes stops the bot. */

let at: TeamsWorld
beforeAll(async () => {
  at = await startTeamsWorld({
    people: [
      { name: 'Alice Adams', teams: tenant.users.alice },
      { name: 'Bob Builder', email: 'bob@acme.example' },
      { name: 'Carol Jones', teams: tenant.users.carol },
    ],
  })
})
afterAll(async () => await at.close())

const now = () => Math.floor(Date.now() / 1_000)

/** Nobody sees an answer to a command that was refused. */
const commands = () => at.teams.store.messages.filter(({ by }) => by === at.teams.directory.botId).length

describe('not authentic', () => {
  const forgeries: readonly (readonly [string, () => Forge])[] = [
    ['no header', () => ({ kind: 'no-header' })],
    ['an empty header', () => ({ authorization: '' })],
    ['no token', () => ({ authorization: 'Bearer ' })],
    ['no JWT', () => ({ authorization: 'Bearer a.b' })],
    ['no JSON in it', () => ({ authorization: `Bearer ${'x'.repeat(40)}.${'y'.repeat(40)}.${'z'.repeat(40)}` })],
    ['another scheme', () => ({ authorization: 'Basic YWxpY2U6cGFzc3dvcmQ=' })],
    ['alg: none', () => ({ kind: 'none' })],
    ['HS256', () => ({ kind: 'HS256' })],
    ['a forged signature', () => ({ kind: 'signature' })],
    ['another audience', () => ({ claims: { aud: '00000000-0000-4000-8000-000000000000' } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['the emulator’s issuer', () => ({ claims: { iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' } })],
    ['expired', () => ({ claims: { nbf: now() - 7_200, exp: now() - 3_600 } })],
    ['not yet valid', () => ({ claims: { nbf: now() + 3_600, exp: now() + 7_200 } })],
    ['no expiry', () => ({ claims: { exp: undefined } })],
    ['the service URL of another activity', () => ({ claims: { serviceurl: 'https://smba.trafficmanager.net/other/' } })],
  ]
  test.each(forgeries)('%s is answered 401', async (_why, forge) => {
    const before = commands()
    const { status } = await at.people.command('alice', 'data', 'help', { forge: forge() })
    expect(status).toBe(401)
    expect(commands()).toBe(before)
  })
})

describe('authentic, but not for us', () => {
  test('another tenant is answered 403', async () => {
    const other = '99999999-9999-4999-8999-999999999999'
    const activity = {
      conversation: { id: 'a:1', conversationType: 'personal', tenantId: other },
      channelData: { tenant: { id: other } },
    }
    expect((await at.people.command('alice', 'data', 'help', { forge: { activity } })).status).toBe(403)
  })

  test('no tenant, or one that the conversation contradicts, is answered 403', async () => {
    const without = { conversation: { id: 'a:1', conversationType: 'personal' }, channelData: {} }
    expect((await at.people.command('alice', 'data', 'help', { forge: { activity: without } })).status).toBe(403)
    const torn = {
      conversation: { id: 'a:1', conversationType: 'personal', tenantId: tenant.tenantId },
      channelData: { tenant: { id: '99999999-9999-4999-8999-999999999999' } },
    }
    expect((await at.people.command('alice', 'data', 'help', { forge: { activity: torn } })).status).toBe(403)
  })

  test('another channel than Teams is refused', async () => {
    const { status } = await at.people.command('alice', 'data', 'help', { forge: { activity: { channelId: 'webchat' } } })
    expect([401, 403]).toContain(status)
  })

  test('a foreign service URL is answered 403, and never receives a token or anything else', async () => {
    const received: unknown[] = []
    const foreign = createServer((request, response) => {
      received.push(request.headers)
      response.end('{}')
    })
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.2', resolve))
    const { port } = foreign.address() as AddressInfo
    for (const serviceUrl of [
      `http://127.0.0.2:${port}/`,
      'https://evil.trafficmanager.net/',
      'https://smba.trafficmanager.net.evil.example/',
      'https://smba.trafficmanager.net@evil.example/',
      'http://smba.trafficmanager.net/',
      'javascript:alert(1)',
      'no url',
    ]) {
      const { status } = await at.people.command('alice', 'data', 'help', { forge: { activity: { serviceUrl } } })
      expect([serviceUrl, status]).toEqual([serviceUrl, 403])
    }
    expect(received).toEqual([])
    await new Promise((resolve) => foreign.close(resolve))
  })
})

describe('people', () => {
  test('a guest with the email of an approver is not that approver', async () => {
    const id = await at.asked()
    const card = await at.planned(id)
    await at.people.click('grace', card, 'Approve')
    await at.told('grace', 'Guests can read here')
    expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
    await at.people.click('bob', card, 'Approve')
    await at.told('bob', 'You approved')
  })

  test.each([
    ['a bot', { role: 'bot' }],
    ['an id of a bot', { id: '28:00000000-0000-4000-8000-000000000000' }],
    ['somebody without an Entra id', { aadObjectId: undefined }],
  ])('%s is not answered', async (_who, from) => {
    const before = commands()
    const { status } = await at.people.deliver('alice', 'personal', {
      type: 'message',
      text: 'help',
      from: { id: '29:x', name: 'X', aadObjectId: tenant.users.alice, ...from },
    })
    expect(status).toBe(200)
    expect(commands()).toBe(before)
  })
})

describe('bad input', () => {
  const raw = async (method: string, body?: string) => {
    const response = await fetch(`${at.url}/api/messages`, {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    })
    await response.arrayBuffer()
    return response.status
  }

  test('HEAD is answered, other methods are not served', async () => {
    expect(await raw('HEAD')).toBe(200)
    expect([404, 405]).toContain(await raw('GET'))
    expect([404, 405]).toContain(await raw('PUT', '{}'))
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '{"type":'],
    ['no object', '[]'],
    ['a string', '"message"'],
    ['no type', '{"text":"help"}'],
    ['a type that is no text', '{"type":{"a":1}}'],
  ])('%s is answered 400', async (_what, body) => {
    expect(await raw('POST', body)).toBe(400)
  })

  test('1 MB of text is answered 413', async () => {
    expect(await raw('POST', JSON.stringify({ type: 'message', text: 'x'.repeat(1_100_000) }))).toBe(413)
  })

  const nested = `{"type":"message","value":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
  test('nested 10,000 deep without a token is answered 401', async () => {
    expect(await raw('POST', nested)).toBe(401)
  })

  test.each(['message', 'invoke'])('nested 10,000 deep with a token is answered without a crash: %s', async (type) => {
    const body = (activity: object) => JSON.stringify({ ...activity, value: 'V' }).replace('"V"', nested)
    const fields = { type, name: 'adaptiveCard/action' }
    const { status } = await at.people.deliver('alice', 'personal', fields, { body })
    expect([200, 400]).toContain(status)
  })

  test.each([
    ['an unknown type', { type: 'brandNew' }],
    ['no text', { type: 'message', text: undefined }],
    ['a text that is no text', { type: 'message', text: { a: 1 } }],
    ['200 KB of text', { type: 'message', text: 'privatelink '.repeat(17_000) }],
    ['no sender', { type: 'message', text: 'help', from: undefined }],
    [
      'no conversation',
      { type: 'message', text: 'help', conversation: undefined, channelData: { tenant: { id: tenant.tenantId } } },
    ],
    ['a click without data', { type: 'message', value: {} }],
    ['an unknown invoke', { type: 'invoke', name: 'brand/new' }],
    ['an action without a value', { type: 'invoke', name: 'adaptiveCard/action' }],
    [
      'an action of an unknown verb',
      { type: 'invoke', name: 'adaptiveCard/action', value: { trigger: 'manual', action: { verb: '__proto__', data: {} } } },
    ],
    ['a dialog without data', { type: 'invoke', name: 'task/fetch' }],
    ['a dialog of an unknown form', { type: 'invoke', name: 'task/submit', value: { data: { form: 'x' } } }],
    [
      'a file without an address',
      { type: 'invoke', name: 'fileConsent/invoke', value: { action: 'accept', context: { file: 'x' } } },
    ],
    ['members', { type: 'conversationUpdate', membersAdded: [{ id: '28:x' }] }],
    ['an installation', { type: 'installationUpdate', action: 'remove' }],
    ['a reaction', { type: 'messageReaction', reactionsAdded: [{ type: 'like' }] }],
    ['an edit', { type: 'messageUpdate', text: 'help' }],
  ])('%s is answered without a crash', async (_what, fields) => {
    const { status } = await at.people.deliver('alice', 'personal', fields, {})
    expect([200, 201, 202, 400, 501]).toContain(status)
    expect(await raw('HEAD')).toBe(200)
  })

  test('the same activity a second time does nothing', async () => {
    const id = await at.asked()
    const card = await at.planned(id)
    const { request } = await at.people.click('bob', card, 'Reject')
    await at.told('bob', 'You rejected')
    expect((await at.people.replay(request)).body).toMatchObject({ statusCode: 200, value: expect.stringContaining('already') })
    const asking = await at.people.command('alice', 'data', 'setup billing-prod in prod-westus3')
    await at.told('alice', 'billing-prod')
    const requests = (await at.ledger.open()).length
    await at.people.replay(asking.request)
    expect((await at.ledger.open()).length).toBe(requests)
  })
})

test('no log line holds a token or the secret', () => {
  const text = at.logged.join('\n')
  expect(text).not.toContain(tenant.appPassword)
  expect(text).not.toMatch(/Bearer (at-|eyJ)/)
})
