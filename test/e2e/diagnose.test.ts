import { afterEach, expect, test } from 'vitest'
import { type Chat, openChat } from './chat.ts'

let chat: Chat
afterEach(async () => await chat.close())

test('from everywhere, again, with evidence for the one who asks, and when a worker dies', async () => {
  chat = await openChat()
  const { people, sandbox, processes } = chat
  await people.command('alice', 'setup analytics-prod in prod-westus3')
  await people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', 'request PL-1 · done')

  await people.command('alice', 'diagnose analytics-prod from everywhere')
  const everywhere = await chat.card('data', 'DG-1', 'analytics-prod from everywhere')
  expect(chat.text(everywhere)).toMatch(/✔ prod-westus3\s+healthy/)
  expect(chat.text(everywhere)).toMatch(/[✘?] staging-eastus2\s+(fault|warning)/)
  expect(chat.text(everywhere)).toContain('healthy from 1 of 2 networks, only staging-eastus2 is not')

  await people.click('carol', everywhere, 'Run again')
  await chat.whisper('carol', 'Diagnosing analytics-prod from everywhere')
  const again = await chat.card('data', 'DG-2', 'healthy from 1 of 2')
  await people.click('mallory', again, 'Evidence')
  const evidence = chat.text(await chat.whisper('mallory', 'Evidence of DG-2', 'Azure DNS'))
  expect(evidence).toContain('certificate of')
  expect(chat.text(again)).not.toContain('certificate of')

  const wrong = await chat.ask('diagnose q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud.cloud from prod-westus3', 'DG-3')
  expect(wrong).toContain('fault · host-unknown')

  const worker = processes.find(({ name }) => name === 'diagnostics')
  worker?.kill('SIGKILL')
  await worker?.ended
  const startedAt = performance.now()
  const absent = await chat.ask('diagnose analytics-prod from prod-westus3', 'DG-4')
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  expect(absent).toContain('worker-absent')
  expect(absent).toContain('npm run diagnostics')

  await sandbox.start('diagnostics')
  expect(await chat.ask('diagnose analytics-prod from prod-westus3', 'DG-5')).toContain('healthy')

  // A jobs process that has never reached ClickHouse Cloud knows the services all the same.
  const jobs = processes.find(({ name }) => name === 'jobs')
  jobs?.kill('SIGTERM')
  await jobs?.ended
  const answers = [{ status: 401, body: {} }, { status: 503, body: {} }, new Promise<never>(() => undefined)]
  for (const [index, answer] of answers.entries()) {
    sandbox.world.gate = async ({ vendor }, phase) => (vendor === 'clickhouse' && phase === 'arrived' ? await answer : undefined)
    if (index === 0) await sandbox.start('jobs')
    const askedAt = performance.now()
    const seen = await chat.ask('diagnose analytics-prod from prod-westus3', `DG-${6 + index}`)
    expect(performance.now() - askedAt).toBeLessThan(15_000)
    expect(seen).toContain('DNS ✔')
    // Whether the refusal came before the lists that are known were taken for good enough, the budget decides.
    expect(seen).toMatch(/(warning · control-plane-unknown|healthy)/)
  }
})
