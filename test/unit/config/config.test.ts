import { describe, expect, test } from 'vitest'
import { botConfig, jobsConfig } from '../../../src/config.ts'
import { file, good, jobsEnvironment, problemsOf, slackEnvironment, teamsEnvironment } from './config-file.ts'

describe('the file', () => {
  test('is read, with defaults and references resolved', () => {
    const config = jobsConfig(jobsEnvironment(file(good)))
    expect(config.networks[0]?.dns).toEqual({ subscription: 'b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4', resourceGroup: 'rg-network' })
    expect(config.policies[0]).toMatchObject({
      approvers: [{ key: 'person:Bob Builder', accounts: { slack: 'U02BOB' } }, { name: 'Carol Jones' }],
      expiryMs: 86_400_000,
      places: [
        { surface: 'slack', id: 'C012ABC' },
        { surface: 'teams', id: '19:x@thread.tacv2' },
      ],
    })
    expect(config.clickhouse).toEqual({
      apiUrl: 'https://api.clickhouse.cloud/v1',
      organizations: [
        { organizationId: '6f1a2c7e-55a1-4a0e-9d5e-0c4b1d2f3a41', organizationName: 'acme', keyId: 'id', keySecret: 'secret' },
      ],
    })
    expect(config).toMatchObject({ azureUrl: 'https://management.azure.com', ownAuthority: false })
    const isOwn = (host: string) => jobsConfig({ ...jobsEnvironment(file(good)), AZURE_AUTHORITY_HOST: host }).ownAuthority
    expect(isOwn('https://login.private.example')).toBe(true)
    expect(isOwn('https://login.microsoftonline.com/')).toBe(false)
    expect(isOwn('https://login.microsoftonline.us')).toBe(false)
  })

  test('tags and security groups that Azure would refuse are told', () => {
    const wrong = good.replace(
      '    location: westus3\n',
      `    location: westus3
    applicationSecurityGroups: [db-clients]
    tags: { team: data, "cost center": a, 1st: b, long: ${'x'.repeat(257)} }
`,
    )
    const name = 'is no name of a tag: DNS zones take none with a space, a parenthesis or <>%&\\?/, or with a digit in front'
    const told = (text: string) =>
      problemsOf(() => jobsConfig(jobsEnvironment(file(text)))).map((line) => line.replace(/^.*\.yaml: /, ''))
    expect(told(wrong)).toEqual([
      'networks[0].applicationSecurityGroups[0]: must be the resource id of an application security group',
      'networks[0].tags.long: is over 256 characters',
      `networks[0].tags.cost center: ${name}`,
      `networks[0].tags.1st: ${name}`,
    ])
    const many = Array.from({ length: 14 }, (_, at) => `t${at}: x`).join(', ')
    const over = good.replace('    location: westus3\n', `    location: westus3\n    tags: { ${many} }\n`)
    expect(told(over)).toEqual(['networks[0].tags: are over 11'])
    const own = good.replace('    location: westus3\n', '    location: westus3\n    tags: { MANAGEDBY: terraform }\n')
    expect(told(own)).toEqual([
      "networks[0].tags.MANAGEDBY: is the bot's own tag managedBy, by which it knows what it made: Azure does not tell tags apart by case. Choose another name",
    ])
    expect(told(`installation: Acme!\n${good}`)).toEqual(['installation: may hold at most 32 small letters, digits and "-"'])
    expect(jobsConfig(jobsEnvironment(file(`installation: acme-west\n${good}`))).installation).toBe('acme-west')
  })

  test('an approver list may be empty: who asks is told', () => {
    const path = file(good.replace('[Bob Builder, Carol Jones]', '[]'))
    expect(jobsConfig(jobsEnvironment(path)).policies[0]?.approvers).toEqual([])
  })

  test.each([
    [
      '[Bob Builder, Carol Jones]',
      '[]',
      ['policies[0] has an empty list of approvers: every setup, allow in prod-* is refused until'],
    ],
    ['[prod-*]', '[prd-*, staging]', ['policies[0] never counts: no network is named prd-* or staging']],
    [
      'channels:',
      '  - { networks: ["*"], actions: [allow], approvers: [Bob Builder], channel: network-approvals }\nchannels:',
      ['policies[1] never counts: policies before it decide about everything that it names'],
    ],
    ['nothing', 'else', []],
  ])('what may be meant is warned of: %s as %s', (from, to, expected) => {
    const { warnings } = jobsConfig(jobsEnvironment(file(good.replace(from, to))))
    expect(warnings).toEqual(expected.map((words) => expect.stringContaining(words)))
  })

  const second = (name: string, vnet: string) =>
    `  - { name: ${name}, subscription: B0F7C1D2-3e4a-4b5c-8d6e-7f8091a2b3c4, resourceGroup: RG-network, vnet: ${vnet}, subnet: apps, location: westus3 }\npeople:`

  test.each([
    [
      'of another name',
      'dev-apps',
      'VNET-prod',
      ['networks[1]: "dev-apps" and "prod-westus3" are one VNet, but different policies decide about setup, allow in them'],
    ],
    ['under the same policy', 'prod-apps', 'vnet-prod', []],
    ['of another VNet', 'dev-apps', 'vnet-dev', []],
  ])('a second network of one VNet, %s', (_how, name, vnet, expected) => {
    const path = file(good.replace('people:', second(name, vnet)))
    expect(problemsOf(() => jobsConfig(jobsEnvironment(path)))).toEqual(
      expected.map((problem) => expect.stringContaining(`${path}: ${problem}`)),
    )
  })

  test('names that differ only in letter case, and an organization that is listed twice', () => {
    const again = '  - { id: 6F1A2C7E-55a1-4a0e-9d5e-0c4b1d2f3a41, name: Acme }\nnetworks:'
    const path = file(good.replace('networks:', again).replace('people:', second('PROD-westus3', 'vnet-other')))
    expect(problemsOf(() => jobsConfig(jobsEnvironment(path)))).toEqual([
      `${path}: organizations[1].name: "Acme" is used twice, as "acme"`,
      `${path}: networks[1].name: "PROD-westus3" is used twice, as "prod-westus3"`,
      `${path}: organizations[1].id: is that of acme already`,
    ])
  })

  test('every problem is reported at once, with its path', () => {
    const path = file(
      good
        .replace('subnet: endpoints', 'subnets: endpoints')
        .replace('b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4', 'mine')
        .replace('expiry: 24h', 'expiry: soon'),
    )
    const problems = problemsOf(() => jobsConfig({ PRIVATELINK_CONFIG: path, REDIS_URL: 'http://x' }))
    expect(problems).toEqual([
      'REDIS_URL must be redis:// or rediss:// addresses, separated by commas',
      `${path}: networks[0].subscription: must be a subscription id (a UUID)`,
      `${path}: networks[0].subnet: is missing`,
      `${path}: networks[0]: unknown key "subnets"; did you mean "subnet"?`,
      `${path}: policies[0].expiry: "soon" is not a duration such as "24h" or "30m"`,
    ])
  })

  test.each([
    [
      'a name that nobody has',
      '[Bob Builder, Carol Jones]',
      '[Bob Bilder]',
      'policies[0].approvers[0]: "Bob Bilder" is not listed under people; did you mean "Bob Builder"?',
    ],
    [
      'a quorum that two names of one person seem to reach',
      '[Bob Builder, Carol Jones], approvals: 1',
      '[Bob Builder, Bob Builder], approvals: 2',
      'policies[0].approvals: 2 have to approve, but only 1 can',
    ],
    [
      'an approver whom the bot cannot hear',
      'slack: U03CAROL }',
      'teams: 1e9c1c5a-3a53-4d0e-9d0f-3a1f2b7c0b0c }',
      'policies[0].approvals: 2 have to approve, but only 1 can: the others have no account in slack',
      'approvals: 1',
      'approvals: 2',
    ],
    [
      'a group of a chat that the bot does not speak',
      '[Bob Builder, Carol Jones]',
      '["teams-group:g1"]',
      'policies[0].approvals: 1 have to approve, but only 0 can: the others have no account in slack',
    ],
    [
      'an unknown channel',
      'channel: network-approvals',
      'channel: network-approval',
      'policies[0].channel: no channel is named "network-approval"; did you mean "network-approvals"?',
    ],
    [
      'a channel of a chat that the bot does not speak',
      'slack: C012ABC, teams',
      'teams',
      'policies[0].channel: channel "network-approvals" has no slack id',
    ],
    [
      'a quorum that cannot be reached',
      'approvals: 1',
      'approvals: 3',
      'policies[0].approvals: 3 have to approve, but only 2 can',
    ],
    ['a quorum of nobody', 'approvals: 1', 'approvals: 0', 'policies[0].approvals: must be 1 or more'],
    [
      'a reminder that is too late',
      'approvals: 1',
      'approvals: 1, reminders: [1h, 25h]',
      'policies[0].reminders[1]: comes only after the request has expired',
    ],
    [
      'a stranger who may break glass',
      'approvals: 1',
      'approvals: 1, breakGlass: [Bob Bilder]',
      'policies[0].breakGlass[0]: "Bob Bilder" is not listed under people; did you mean "Bob Builder"?',
    ],
    [
      'break-glass that only the same person could review',
      'approvers: [Bob Builder, Carol Jones], approvals: 1',
      'approvers: [Bob Builder], breakGlass: [Carol Jones, Bob Builder]',
      'policies[0].breakGlass: nobody but Bob Builder could review what Bob Builder runs: add an approver',
    ],
    [
      'the name of a channel in place of its id',
      'slack: C012ABC, teams',
      'slack: "#network-approvals", teams',
      'channels[0].slack: must be the id of a channel, such as C0123456789, and not its name: open the channel in Slack, click its name, and copy the Channel ID at the end of "About"',
    ],
    [
      'the name of a member in place of the id',
      'slack: U03CAROL',
      'slack: "@carol"',
      'people[1].slack: must be the id of a member, such as U0123456789, and not a name',
    ],
    ['an account twice', 'slack: U03CAROL', 'slack: U02BOB', 'people[1].slack: "U02BOB" is that of Bob Builder already'],
    [
      'an email twice',
      'slack: U03CAROL',
      'email: Bob@acme.example',
      'people[1].email: "Bob@acme.example" is that of Bob Builder already',
    ],
    [
      'a requester that nobody has',
      'approvals: 1',
      'approvals: 1, requesters: [Bob Bilder]',
      'policies[0].requesters[0]: "Bob Bilder" is not listed under people; did you mean "Bob Builder"?',
    ],
    ['nobody who may ask', 'approvals: 1', 'approvals: 1, requesters: []', 'policies[0].requesters: must name somebody'],
    ['a time without its unit', '24h', '"24"', 'policies[0].expiry: "24" is not a duration such as "24h" or "30m"'],
    ['a time too long to be meant', '24h', '100y', 'policies[0].expiry: "100y" is longer than 90 days'],
    ['a time too short to be meant', '24h', '24ms', 'policies[0].expiry: "24ms" is not a duration such as "24h" or "30m"'],
    [
      'an unknown action',
      '[setup, allow]',
      '[setup, tear-down]',
      'policies[0].actions[1]: "tear-down" is not one of setup, allow, revoke, teardown; did you mean "teardown"?',
    ],
    ['a name twice', 'Carol Jones, slack', 'Bob Builder, slack', 'people[1].name: "Bob Builder" is used twice'],
    [
      'a name template',
      'people:',
      'endpoints: { name: "pe-{servce}" }\npeople:',
      'endpoints.name: may use only {service}, {network}, {vnet}',
    ],
    ['no YAML', 'organizations:', 'organizations: [', 'not valid YAML'],
  ])('%s', (_what, from, to, expected, also = '', alsoTo = '') => {
    const text = good.replace(from, to).replace(also, alsoTo)
    const problems = problemsOf(() => botConfig(slackEnvironment(file(text))))
    expect(problems.join('\n')).toContain(expected)
  })

  test.each([
    [
      'a person',
      'teams: 0e9c1c5a-3a53-4d0e-9d0f-3a1f2b7c0b0b',
      'teams: bob@acme.example',
      'people[0].teams: must be an Entra object id',
    ],
    ['a channel', '"19:x@thread.tacv2"', 'General', 'channels[0].teams: must be the id of a channel or chat'],
    ['a thread of a channel', '"19:x@thread.tacv2"', '"19:x@thread.tacv2;messageid=1"', 'channels[0].teams: must be the id'],
    [
      'a group',
      '[Bob Builder, Carol Jones]',
      '["teams-group:Security"]',
      'policies[0].approvers[0]: "teams-group:Security" must name a group',
    ],
  ])('an id of Teams that is none, of %s', (_what, from, to, expected) => {
    for (const read of [botConfig, jobsConfig]) {
      const environment = { ...slackEnvironment(file(good.replace(from, to))), ...teamsEnvironment, ...jobsEnvironment('') }
      const text = problemsOf(() => read({ ...environment, PRIVATELINK_CONFIG: file(good.replace(from, to)) })).join('\n')
      expect(text).toContain(expected)
    }
  })

  test('groups, quorum, reminders, reasons and break-glass', () => {
    const more = 'approvals: 2, rejectionEnds: false, reminders: [1h, 4h], reason: required, breakGlass: [Carol Jones]'
    const text = good.replace('[Bob Builder, Carol Jones]', '[Bob Builder, "slack-group:S012ABC"]').replace('approvals: 1', more)
    const [policy] = jobsConfig(jobsEnvironment(file(text))).policies
    expect(policy).toMatchObject({
      approvers: [{ name: 'Bob Builder' }],
      groups: [{ surface: 'slack', id: 'S012ABC' }],
      approvals: 2,
      rejectionEnds: false,
      remindersMs: [3_600_000, 14_400_000],
      reasonRequired: true,
      breakGlass: [{ name: 'Carol Jones' }],
    })
  })

  test('a file that is not there', () => {
    expect(problemsOf(() => jobsConfig(jobsEnvironment('/nowhere.yaml')))).toEqual([
      '/nowhere.yaml: cannot be read: does the file exist, and may this user read it?',
    ])
  })
})
