import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { teams as tenant } from '../../sandbox/estate.ts'
import { freePort } from '../../sandbox/free-port.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'

/**
 * `npm run teams:playground`: the simulated clouds and the three real processes, and Microsoft 365 Agents Playground as the chat in front of them. It has to be
 * installed by whoever tries it: its licence does not let us ship it. Exit status 1 when it is not there.
 */

const command = 'agentsplayground'
if (spawnSync(command, ['--version']).error !== undefined) {
  console.error(
    `${command} is not on the PATH. Install it with \`npm install --global @microsoft/m365agentsplayground\` (an evaluation licence), then run this again.`,
  )
  process.exit(1)
}

const port = await freePort()
const sandbox = await startSandbox({ chats: ['teams'] })
const none = { TEAMS_APP_ID: '', TEAMS_APP_PASSWORD: '', TEAMS_TENANT_ID: '', TEAMS_OPENID_URL: '', TEAMS_GRAPH_URL: '' }
await Promise.all([
  sandbox.start('bot', { ...none, TEAMS_AUTH: 'disabled', TEAMS_SERVICE_URL: `http://localhost:${port}/_connector` }),
  sandbox.start('jobs'),
  sandbox.start('diagnostics'),
])

const folder = mkdtempSync(join(tmpdir(), 'privatelink-playground-'))
writeFileSync(join(folder, '.m365agentsplayground.yml'), stringify(playgroundConfig()))
const playground = spawn(
  command,
  [
    'start',
    '--app-endpoint',
    `${sandbox.botUrl}/api/messages`,
    '--channel-id',
    'msteams',
    '--port',
    String(port),
    '--disable-telemetry',
  ],
  { cwd: folder, stdio: 'inherit' },
)
const stop = (): void => void playground.kill()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
playground.once('close', async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true })
})

/** The people and channels of the sample estate, in the words of Playground's configuration file. */
function playgroundConfig(): object {
  const { alice, ...others } = tenant.users
  const userOf = ([name, aadObjectId]: readonly [string, string]) => ({
    id: `29:${name}`,
    name,
    userPrincipleName: `${name}@acme.example`,
    aadObjectId,
    givenName: name,
    surname: name,
    email: `${name}@acme.example`,
  })
  return {
    version: '0.1.1',
    tenantId: tenant.tenantId,
    bot: { id: `28:${tenant.appId}`, name: 'privatelink' },
    currentUser: userOf(['alice', alice]),
    // Playground wants five.
    users: [...Object.entries(others), ['heidi', randomUUID()] as const].map(userOf),
    personalChat: { id: 'a:personal-chat' },
    groupChat: { id: tenant.groupChat, name: 'Group Chat' },
    team: {
      id: tenant.channels.data,
      name: 'acme',
      aadGroupId: tenant.tenantId,
      channels: [{ id: tenant.channels.approvals, name: 'network-approvals' }],
    },
  }
}
