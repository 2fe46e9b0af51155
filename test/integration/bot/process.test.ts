import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

const main = new URL('../../../src/bot/main.ts', import.meta.url).pathname

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => {
  await at.close()
})

function start(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const ready = new Promise<{ port: number }>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      const entry = JSON.parse(line)
      if (entry.msg === 'ready') resolve(entry)
    })
  })
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  return { child, lines, errors, ready, ended: once(child, 'exit') }
}

test('the process serves, says so in one line, and stops when told to', async () => {
  const { child, lines, errors, ready, ended } = start(at.environment)
  const { port } = await ready
  const answer = await at.slack
    .driver(`http://127.0.0.1:${port}/slack/events`)
    .command('alice', 'setup analytics-prod in prod-westus3')
  expect(answer.body).toContain('planning')
  await at.slack.until(({ messages }) => messages.find((one) => textOf(one).includes('planning')))
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(lines.filter((line) => JSON.parse(line).msg === 'ready')).toHaveLength(1)
  expect(errors.join('')).toBe('')
})

test('everything that is wrong with the configuration, at once', async () => {
  const { errors, ended } = start({ PRIVATELINK_CONFIG: '/nowhere.yaml', PORT: 'x' })
  expect(await ended).toEqual([1, null])
  const text = errors.join('')
  for (const word of ['REDIS_URL', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'PORT', '/nowhere.yaml'])
    expect(text).toContain(word)
})

test('a token that Slack refuses ends the process with words, and without the token', async () => {
  const canary = 'xoxb-canary-5f2e8c1d'
  const { lines, errors, ended } = start({ ...at.environment, SLACK_BOT_TOKEN: canary })
  expect(await ended).toEqual([1, null])
  const text = [...lines, ...errors].join('\n')
  expect(text).toContain('cannot start')
  expect(text).toContain('SLACK_BOT_TOKEN')
  expect(text).not.toContain(canary)
})
