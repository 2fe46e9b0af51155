import { expect, test } from 'vitest'
import { botConfig, jobsConfig } from '../../../src/config.ts'
import { file, good, jobsEnvironment, problemsOf, slackEnvironment } from './config-file.ts'

/** How long things are kept, and where the audit's newest entry is noted. */

const day = 86_400_000
const withRetention = (text: string) => file(good.replace('people:', `retention: ${text}\npeople:`))

test('a year for requests, a day for diagnoses and 90 days for messages, unless told', () => {
  expect(jobsConfig(jobsEnvironment(file(good))).retention).toEqual({ requests: 365 * day, diagnoses: day, messages: 90 * day })
  const said = withRetention('{ requests: 730d, diagnoses: 7d }')
  expect(botConfig(slackEnvironment(said)).retention).toEqual({ requests: 730 * day, diagnoses: 7 * day, messages: 90 * day })
})

test.each([
  ['{ requests: 6d }', 'retention.requests: "6d" is not a duration between "7d" and "3650d"'],
  ['{ requests: 100y }', 'retention.requests: "100y" is not a duration between "7d" and "3650d"'],
  ['{ requests: "365" }', 'retention.requests: "365" is not a duration'],
  ['{ requests: ever }', 'retention.requests: "ever" is not a duration'],
  ['{ diagnoses: 1m }', 'retention.diagnoses: "1m" is not a duration between "1h" and "90d"'],
  ['{ messages: 1h }', 'retention.messages: "1h" is not a duration between "7d" and "3650d"'],
  ['{ request: 30d }', 'retention: unknown key "request"; did you mean "requests"?'],
])('%s is told', (text, expected) => {
  expect(problemsOf(() => jobsConfig(jobsEnvironment(withRetention(text)))).join('\n')).toContain(expected)
})

test('messages are kept for as long as their buttons may wait', () => {
  const text = good.replace('expiry: 24h', 'expiry: 20d').replace('people:', 'retention: { messages: 14d }\npeople:')
  expect(problemsOf(() => jobsConfig(jobsEnvironment(file(text))))).toEqual([
    expect.stringContaining('retention.messages: is shorter than policies[0].expiry'),
  ])
})

test('where the audit is noted is read from the environment of bot and jobs', () => {
  const environment = { AUDIT_FILE: '/var/lib/heads', AUDIT_WEBHOOK_URL: 'https://siem.example/in' }
  const expected = { file: '/var/lib/heads', webhookUrl: 'https://siem.example/in' }
  expect(jobsConfig({ ...jobsEnvironment(file(good)), ...environment }).auditHeads).toEqual(expected)
  expect(botConfig({ ...slackEnvironment(file(good)), ...environment }).auditHeads).toEqual(expected)
  expect(jobsConfig({ ...jobsEnvironment(file(good)), AUDIT_FILE: '' }).auditHeads).toEqual({})
  const wrong = { ...jobsEnvironment(file(good)), AUDIT_WEBHOOK_URL: 'ftp://siem.example' }
  expect(problemsOf(() => jobsConfig(wrong))).toEqual(['AUDIT_WEBHOOK_URL must be an http or https URL'])
})
