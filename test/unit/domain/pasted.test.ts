import { describe, expect, test } from 'vitest'
import { readArguments } from '../../../src/diagnostics/arguments.ts'
import { hostOf, pastedHost } from '../../../src/domain/pasted.ts'

/** A host in what chats, terminals and documents put around it, in chat and on the command line. */

const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'

test.each([
  ...[`(${host})`, `[${host}].`, `<${host}>`, `<mailto:${host}|${host}>`, `|${host}|`, `host=${host}`, `*\`${host}\`*`],
  ...[`\`\`\`${host}\`\`\``, `${host};`, `${host}!`, `${host}?`, `${host}:`, `${host}…`, `“${host}”`, `‚${host}‘`, `»${host}«`],
  ...[`${host}:8443/`, `${host}.:9440`, `https://${host}:8443)`, `(https://${host}:8443/path?x),`, `<https://${host}|*x*>`],
  ...[`clickhouses://user:pass@${host}:9440/db`, `https：//${host}：8443`, host.replaceAll('.', '．'), `\u2060${host}\u00ad`],
])('%s', (text) => {
  expect(hostOf(text)).toBe(host)
  expect(readArguments([text])).toMatchObject({ host })
  expect(readArguments([text.toUpperCase()])).toMatchObject({ host })
})

describe('no host is made of', () => {
  test.each(['my service', 'twin!', 'acme/twin', 'a.b.!', '(v1.2)', 'data.warehouse?', ''])('the name %s', (name) => {
    expect(hostOf(name)).toBe(name)
  })

  test.each([
    ...['0x7f.1:x', '[::1]', `${host} evil.example`, `${host}\nevil`, `${host}%00.evil`, 'localhost', '', '...'],
    // A letter that only looks like another one is no decoration.
    ...['а.westus3.privatelink.azure.clickhouse.cloud', `${host}а`],
  ])('%j', (text) => {
    expect(pastedHost(text)).toBeUndefined()
  })

  test('credentials that look like one', () => {
    expect(readArguments([`https://${host}@evil.example/`])).toMatchObject({ host: 'evil.example' })
    expect(pastedHost(`${host}@evil.example`)?.host).toBe('evil.example')
    expect(hostOf(`${host}@evil.example`)).toBe(`${host}@evil.example`)
  })
})

test('a port that no service has stays in the text, so that nobody takes it for the right one', () => {
  expect(hostOf(`https://${host}:8123/ping`)).toBe(`https://${host}:8123/ping`)
})

test('a long text of signs is no address', () => {
  expect(pastedHost(`x${'.)'.repeat(25_000)}x`)).toBeUndefined()
})
