import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processNames, startProcess } from '../../../sandbox/processes.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'

/** The real processes, with every secret in a file. */

let sandbox: Sandbox
let folder: string
beforeAll(async () => {
  sandbox = await startSandbox()
  folder = await mkdtemp(join(tmpdir(), 'privatelink-secret-files-'))
})
afterAll(async () => {
  await sandbox.close()
  await rm(folder, { recursive: true })
})

const secrets = ['REDIS_URL', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'CLICKHOUSE_KEY_ID', 'CLICKHOUSE_KEY_SECRET']

async function inFiles(environment: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const all: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (!secrets.includes(name)) all[name] = value
    else {
      const path = join(folder, `${name}-${Math.random()}`)
      await writeFile(path, `${value}\n`)
      all[`${name}_FILE`] = path
    }
  }
  return all
}

test.each(processNames)('%s', async (name) => {
  const started = await startProcess(name, await inFiles(sandbox.environment(name)))
  await started.close()
  expect(started.output.join('\n')).toContain('"msg":"stopped"')
})

test('what is wrong with files is said on standard error, all at once, and never what they hold', async () => {
  const path = join(folder, 'two-lines')
  await writeFile(path, 'xoxb-c4nary\nxoxb-c4nary')
  const { SLACK_BOT_TOKEN: _, SLACK_SIGNING_SECRET: __, ...environment } = sandbox.environment('bot')
  const child = spawn(process.execPath, ['src/bot/main.ts'], {
    env: { ...environment, SLACK_BOT_TOKEN_FILE: path, SLACK_SIGNING_SECRET_FILE: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(await ended).toEqual([1, null])
  expect(complaints).toContain(`SLACK_BOT_TOKEN_FILE: ${path} holds more than one line`)
  expect(complaints).toContain('SLACK_SIGNING_SECRET_FILE: /nowhere cannot be read (ENOENT)')
  expect(`${out}${complaints}`).not.toContain('c4nary')
})

test('a Redis password from a file is hidden in the log', async () => {
  const url = sandbox.redisUrl.replace('//', '//jobs:f1le-p4ssw0rd@')
  const environment = await inFiles({ ...sandbox.environment('diagnostics'), REDIS_URL: url })
  const child = spawn(process.execPath, ['src/diagnostics/main.ts'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  setTimeout(() => child.kill('SIGKILL'), 3_000)
  const said = (await output).join('\n')
  expect(said).toContain('WRONGPASS')
  expect(said).not.toContain('f1le-p4ssw0rd')
})
