import { expect, test } from 'vitest'
import { processesIn } from '../../../src/config/processes-here.ts'

const slack = { SLACK_BOT_TOKEN_FILE: '/run/secrets/slack-bot-token' }

test('a process is here when a variable of its own is set, or the file of one', () => {
  expect(processesIn(slack)).toEqual(['bot'])
  expect(processesIn({ ...slack, CLICKHOUSE_KEY_ID: 'key', DIAGNOSTICS_NETWORK: '' })).toEqual(['bot', 'jobs'])
  expect(processesIn({ REDIS_URL: 'redis://127.0.0.1' })).toEqual([])
})

test('an Azure identity is that of jobs, unless it signs in to Redis', () => {
  const identity = { ...slack, AZURE_CLIENT_ID: '00000000-0000-4000-8000-000000000001' }
  expect(processesIn(identity)).toEqual(['bot', 'jobs'])
  expect(processesIn({ ...identity, REDIS_AUTH: 'entra' })).toEqual(['bot'])
  expect(processesIn({ ...identity, REDIS_AUTH: 'entra', AZURE_RESOURCE_MANAGER_URL: 'https://arm' })).toEqual(['bot', 'jobs'])
})
