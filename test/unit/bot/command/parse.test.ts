import { expect, test, vi } from 'vitest'
import { type Command, parseCommand, spell } from '../../../../src/bot/command/parse.ts'

const table: readonly [said: string, understood: Command][] = [
  ['', { kind: 'help' }],
  ['   ', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['HELP Setup', { kind: 'help', about: 'setup' }],
  ['allow a b from n', { kind: 'allow', services: [{ service: 'a' }, { service: 'b' }], network: 'n' }],
  ['revoke a', { kind: 'revoke', services: [{ service: 'a' }] }],
  ['teardown a in n because “moved”', { kind: 'teardown', services: [{ service: 'a' }], network: 'n', reason: 'moved' }],
  [
    'revoke a from n now',
    {
      kind: 'misunderstood',
      problem: 'After "from n" I expected "because" and a reason.',
      suggestion: 'revoke a from n because "now"',
    },
  ],
  ['status', { kind: 'status' }],
  ['status acme/twin', { kind: 'status', service: { organization: 'acme', service: 'twin' } }],
  ['status a b', { kind: 'misunderstood', problem: 'I show one service, or all.', suggestion: 'status a' }],
  ['requests', { kind: 'requests', which: 'mine' }],
  ['requests Open', { kind: 'requests', which: 'open' }],
  [
    'requests yours',
    { kind: 'misunderstood', problem: 'I can list the requests that are mine, open or all.', suggestion: 'requests mine' },
  ],
  ['request PL-42', { kind: 'request', id: 'PL-42' }],
  ['cancel 42', { kind: 'cancel', id: 'PL-42' }],
  [
    'cancel it',
    { kind: 'misunderstood', problem: 'A request is named by its number, such as PL-42.', suggestion: 'cancel PL-42' },
  ],
  ['help watch', { kind: 'help', about: 'watch' }],
  ['setup', { kind: 'setup', services: [] }],
  ['setup analytics-prod', { kind: 'setup', services: [{ service: 'analytics-prod' }] }],
  ['setup in prod-westus3', { kind: 'setup', services: [], network: 'prod-westus3' }],
  ['setup because BI moves', { kind: 'setup', services: [], reason: 'BI moves' }],
  ['setup analytics-prod in', { kind: 'setup', services: [{ service: 'analytics-prod' }] }],
  [
    'setup analytics-prod in prod-westus3 because "BI moves into the VNet"',
    { kind: 'setup', services: [{ service: 'analytics-prod' }], network: 'prod-westus3', reason: 'BI moves into the VNet' },
  ],
  [
    '  SETUP   analytics-prod\tIn  prod-westus3   BECAUSE   BI moves,  in  two steps ',
    { kind: 'setup', services: [{ service: 'analytics-prod' }], network: 'prod-westus3', reason: 'BI moves,  in  two steps' },
  ],
  [
    'setup analytics-prod in prod-westus3 because “BI moves because of “cost””',
    { kind: 'setup', services: [{ service: 'analytics-prod' }], network: 'prod-westus3', reason: '“BI moves because of “cost””' },
  ],
  ['setup x in n because “alice’s move”', { kind: 'setup', services: [{ service: 'x' }], network: 'n', reason: 'alice’s move' }],
  ["setup x in n because 'it''s", { kind: 'setup', services: [{ service: 'x' }], network: 'n', reason: "'it''s" }],
  ['setup "in" in n', { kind: 'setup', services: [{ service: 'in' }], network: 'n' }],
  ['setup “my service” in n', { kind: 'setup', services: [{ service: 'my service' }], network: 'n' }],
  ['setup acme/twin in n', { kind: 'setup', services: [{ organization: 'acme', service: 'twin' }], network: 'n' }],
  ['setup acme/"my twin" in n', { kind: 'setup', services: [{ organization: 'acme', service: 'my twin' }], network: 'n' }],
  ['setup a, b and c in n', { kind: 'setup', services: [{ service: 'a' }, { service: 'b' }, { service: 'c' }], network: 'n' }],
  ['setup "unclosed in n', { kind: 'setup', services: [{ service: '"unclosed' }], network: 'n' }],
  [
    'setup analytics-prod in prod-westus3 BI moves',
    {
      kind: 'misunderstood',
      problem: 'After "in prod-westus3" I expected "because" and a reason.',
      suggestion: 'setup analytics-prod in prod-westus3 because "BI moves"',
    },
  ],
  ['diagnose', { kind: 'diagnose' }],
  ['diagnose analytics-prod', { kind: 'diagnose', service: { service: 'analytics-prod' } }],
  [
    'Diagnose analytics-prod FROM prod-westus3',
    { kind: 'diagnose', service: { service: 'analytics-prod' }, network: 'prod-westus3' },
  ],
  ['diagnose acme/twin in n', { kind: 'diagnose', service: { organization: 'acme', service: 'twin' }, network: 'n' }],
  ['diagnose twin from everywhere', { kind: 'diagnose', service: { service: 'twin' }, everywhere: true }],
  ['watch', { kind: 'watch' }],
  ['watch twin from n every 5m', { kind: 'watch', service: { service: 'twin' }, network: 'n', everyMs: 300_000 }],
  ['watch acme/twin every 2 hours', { kind: 'watch', service: { organization: 'acme', service: 'twin' }, everyMs: 7_200_000 }],
  ['watch twin from n', { kind: 'watch', service: { service: 'twin' }, network: 'n' }],
  [
    'watch twin from n every now and then',
    {
      kind: 'misunderstood',
      problem: 'I watch one service from one network, every so many minutes or hours.',
      suggestion: 'watch twin from n every 5m',
    },
  ],
  [
    'watch twin from n every 5',
    {
      kind: 'misunderstood',
      problem: 'I watch one service from one network, every so many minutes or hours.',
      suggestion: 'watch twin from n every 5m',
    },
  ],
  ['unwatch twin', { kind: 'unwatch', service: { service: 'twin' } }],
  ['unwatch twin from n', { kind: 'unwatch', service: { service: 'twin' }, network: 'n' }],
  ['diagnose twin everywhere', { kind: 'diagnose', service: { service: 'twin' }, everywhere: true }],
  [
    'diagnose a b from n',
    {
      kind: 'misunderstood',
      problem: 'I diagnose one service at a time, from one network or from everywhere.',
      suggestion: 'diagnose a from n',
    },
  ],
  [
    'setpu analytics-prod in prod-westus3',
    { kind: 'misunderstood', problem: 'I do not know the command "setpu".', suggestion: 'setup analytics-prod in prod-westus3' },
  ],
  [
    'connect "my service" in n',
    { kind: 'misunderstood', problem: 'I do not know the command "connect".', suggestion: 'setup "my service" in n' },
  ],
  ['frobnicate', { kind: 'misunderstood', problem: 'I do not know the command "frobnicate".', suggestion: 'help' }],
  ['help diagnoze', { kind: 'misunderstood', problem: 'I do not know the command "diagnoze".', suggestion: 'help diagnose' }],
]

test.each(table)('%j', (said, understood) => {
  expect(parseCommand(said)).toEqual(understood)
})

const pastedHost = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'
const diagnosed: Command = { kind: 'diagnose', service: { service: pastedHost }, network: 'n' }
const named: Command = { kind: 'diagnose', service: { service: 'analytics-prod' }, network: 'prod-westus3' }

/** What people paste: our own messages, links that the chat has made, and what other programs add without being seen. */
const pasted: readonly [said: string, understood: Command][] = [
  [`diagnose https://${pastedHost}:8443 from n`, diagnosed],
  [`diagnose https://${pastedHost}:8443/ping?x=1 from n`, diagnosed],
  [`diagnose https://${pastedHost}/ from n`, diagnosed],
  [`diagnose <https://${pastedHost}:8443> from n`, diagnosed],
  [`diagnose <https://${pastedHost}:8443|${pastedHost}:8443> from n`, diagnosed],
  [`diagnose <http://${pastedHost}|${pastedHost}> from n`, diagnosed],
  [`diagnose <http://${pastedHost}:9440|a label> from n`, diagnosed],
  [`diagnose [${pastedHost}](https://${pastedHost}:8443) from n`, diagnosed],
  [`diagnose <a href="https://${pastedHost}:8443">the service</a> from n`, diagnosed],
  [`diagnose https://default:secret@${pastedHost}:8443/db from n`, diagnosed],
  [`diagnose clickhouse://${pastedHost}:9440 from n`, diagnosed],
  [`diagnose jdbc:clickhouse://${pastedHost}:8443/default?ssl=true from n`, diagnosed],
  [`diagnose ${pastedHost}:9440 from n`, diagnosed],
  [`diagnose \`${pastedHost}:9440\` from n`, diagnosed],
  [`diagnose "https://${pastedHost}:8443" from n`, diagnosed],
  [`diagnose ${pastedHost}. from n`, diagnosed],
  [`status https://${pastedHost}:8443`, { kind: 'status', service: { service: pastedHost } }],
  [
    `setup https://${pastedHost}:8443, b in n`,
    { kind: 'setup', services: [{ service: pastedHost }, { service: 'b' }], network: 'n' },
  ],
  // Another port is no service's: it stays, and is answered as an unknown host.
  [`diagnose ${pastedHost}:22 from n`, { kind: 'diagnose', service: { service: `${pastedHost}:22` }, network: 'n' }],
  ['diagnose `analytics-prod` from `prod-westus3`', named],
  ['diagnose *analytics-prod* from *prod-westus3*', named],
  ['diagnose **analytics-prod** from _prod-westus3_', named],
  ['`diagnose analytics-prod from prod-westus3`', named],
  ['*diagnose analytics-prod from prod-westus3*', named],
  ['```diagnose analytics-prod from prod-westus3```', named],
  ['diag\u200bnose analytics\u200b-prod\ufeff from \u2060prod-west\u200dus3\u200e', named],
  ['\ufeffdiagnose\u00a0analytics-prod\u202ffrom\u00a0prod-westus3', named],
  ['diagnose analytics\u2011prod from prod\u2010westus3', named],
  ['diagnose “analytics-prod” from ‘prod-westus3’', named],
  ['diagnose ”analytics-prod” from ’prod-westus3’', named],
  ['diagnose «analytics-prod» from ‹prod-westus3›', named],
  ['diagnose „analytics-prod“ from ‚prod-westus3‘', named],
  ['/privatelink diagnose analytics-prod from prod-westus3', named],
  [
    'setup `my service` in n because keep `this` *as it is*',
    { kind: 'setup', services: [{ service: 'my service' }], network: 'n', reason: 'keep `this` *as it is*' },
  ],
  ['request #1', { kind: 'request', id: 'PL-1' }],
  ['request # 1', { kind: 'request', id: 'PL-1' }],
  ['request #PL-42', { kind: 'request', id: 'PL-42' }],
  ['cancel `PL-42`', { kind: 'cancel', id: 'PL-42' }],
  ['request *pl\u200b-42*', { kind: 'request', id: 'PL-42' }],
  ['request PL\u201142.', { kind: 'request', id: 'PL-42' }],
  ['request PL 42', { kind: 'request', id: 'PL-42' }],
  ...[
    '(PL-42)',
    'PL-42:',
    'PL-42!',
    'PL–42',
    'PL_42',
    'PL-042',
    'no. 42',
    '№42',
    '４２',
    'request PL-42',
    '<https://a.example/PL-42|PL-42>',
  ].map((id): [string, Command] => [`request ${id}`, { kind: 'request', id: 'PL-42' }]),
  ...['(prod-westus3)', 'prod-westus3.', 'prod-westus3!', 'prod–westus3', 'prod-westus3;', '[prod-westus3]'].map(
    (network): [string, Command] => [`diagnose analytics-prod from ${network}`, named],
  ),
  ['"diagnose analytics-prod from prod-westus3"', named],
  ['‘diagnose analytics-prod from prod-westus3’', named],
  ['_diagnose analytics-prod from prod-westus3_', named],
  ['~diagnose analytics-prod from prod-westus3~', named],
  ['> diagnose analytics-prod from prod-westus3', named],
  ['diagnose: analytics-prod from prod-westus3', named],
  ['diagnose - analytics-prod | from prod-westus3', named],
  [`diagnose • (https://${pastedHost}:8443), from n`, diagnosed],
  // A port that no service has is no organization either.
  [
    `diagnose http://${pastedHost}:8123/ping from n`,
    { kind: 'diagnose', service: { service: `http://${pastedHost}:8123/ping` }, network: 'n' },
  ],
  // What is no address keeps its signs: a service may have any name.
  ['diagnose twin! from n', { kind: 'diagnose', service: { service: 'twin!' }, network: 'n' }],
]

test.each(pasted)('pasted: %j', (said, understood) => {
  expect(parseCommand(said)).toEqual(understood)
})

test('a suggestion that repeats the service is understood the same way', () => {
  for (const name of [{ service: 'my service' }, { organization: 'acme', service: 'a, b' }, { service: 'plain' }]) {
    expect(parseCommand(`setup ${spell(name)} in n`)).toEqual({ kind: 'setup', services: [name], network: 'n' })
  }
})

test.each(['“', '"', "'", '«', '„', '/“', 'a ‘', '`', '*', '<https://', '[', '<a href="'])(
  'what was typed is not searched again for each quote: %j',
  (piece) => {
    const said = `setup ${`${piece} `.repeat(20_000)}`
    const { indexOf, lastIndexOf } = String.prototype
    let searched = 0
    vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, part, from = 0) {
      const found = indexOf.call(this, part, from)
      searched += found < 0 ? this.length - from : found - from
      return found
    })
    vi.spyOn(String.prototype, 'lastIndexOf').mockImplementation(function (this: string, part) {
      const found = lastIndexOf.call(this, part)
      searched += this.length - Math.max(found, 0)
      return found
    })
    try {
      parseCommand(said)
    } finally {
      vi.restoreAllMocks()
    }
    expect(searched).toBeLessThan(20 * said.length)
  },
)
