import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { ConfigError } from '../../../src/config/environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'privatelink-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

export const good = `
organizations:
  - { id: 6f1a2c7e-55a1-4a0e-9d5e-0c4b1d2f3a41, name: acme }
networks:
  - name: prod-westus3
    subscription: b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4
    resourceGroup: rg-network
    vnet: vnet-prod
    subnet: endpoints
    location: westus3
people:
  - { name: Bob Builder, email: bob@acme.example, slack: U02BOB, teams: 0e9c1c5a-3a53-4d0e-9d0f-3a1f2b7c0b0b }
  - { name: Carol Jones, slack: U03CAROL }
policies:
  - { networks: [prod-*], actions: [setup, allow], approvers: [Bob Builder, Carol Jones], approvals: 1, expiry: 24h, channel: network-approvals }
channels:
  - { name: network-approvals, slack: C012ABC, teams: "19:x@thread.tacv2" }
`

export function file(text: string): string {
  const path = join(folder, `${Math.random()}.yaml`)
  writeFileSync(path, text)
  return path
}

export function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

export const jobsEnvironment = (path: string) => ({
  PRIVATELINK_CONFIG: path,
  REDIS_URL: 'redis://127.0.0.1:6379',
  CLICKHOUSE_KEY_ID: 'id',
  CLICKHOUSE_KEY_SECRET: 'secret',
})

export const slackEnvironment = (path: string) => ({
  PRIVATELINK_CONFIG: path,
  REDIS_URL: 'redis://127.0.0.1:6379',
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 's',
})

export const teamsEnvironment = {
  TEAMS_APP_ID: '2e9c1c5a-3a53-4d0e-9d0f-3a1f2b7c0b0d',
  TEAMS_APP_PASSWORD: 'p4ssword',
  TEAMS_TENANT_ID: '3e9c1c5a-3a53-4d0e-9d0f-3a1f2b7c0b0e',
}
