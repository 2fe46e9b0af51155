import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { comparable, transcriptIn } from './tour-transcript.ts'

async function played(...chats: readonly string[]): Promise<string> {
  const tour = spawn(process.execPath, ['sandbox/main.ts', '--tour', ...chats], { stdio: ['ignore', 'pipe', 'pipe'] })
  const status = new Promise<number | null>((resolve) => tour.once('close', resolve))
  const [told, complaints] = await Promise.all([text(tour.stdout), text(tour.stderr)])
  expect(complaints).toBe('')
  expect(told).toContain('Everything in the story happened')
  expect(await status).toBe(0)
  return told
}

/** The whole story, as `npm start -- --tour` plays it, and as docs/tour.md tells it. */
test('the tour observes everything that it tells, and docs/tour.md tells the same', async () => {
  const told = await played()
  for (const word of ['awaiting-approval', 'applying', 'healthy', 'allow-list-missing', 'dns-record-stale', 'nothing-to-do'])
    expect(told).toContain(word)
  const written = transcriptIn(readFileSync('docs/tour.md', 'utf8'))
  expect(comparable(told), '`npm run docs:tour` rewrites docs/tour.md').toEqual(comparable(written))
})

test('the same story is told in Teams', async () => {
  const told = await played('teams')
  for (const word of ['awaiting-approval', 'applying', 'healthy', 'allow-list-missing', 'dns-record-stale', 'nothing-to-do'])
    expect(told).toContain(word)
})

test('a request that is asked for in Teams is approved in Slack, and its result is shown in both', async () => {
  expect(await played('both')).toContain('the result is shown where it was asked, and to the approvers of both chats')
})
