import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { organizationId } from '../../sandbox/estate.ts'
import { createProducer } from '../../src/redis/producer.ts'
import { redisWatches } from '../../src/redis/watches.ts'
import { type Chat, openChat } from './chat.ts'
import { made, whole } from './house.ts'

let chat: Chat
afterEach(async () => await chat.close())

test('a watch posts what changes and nothing else, survives a restart, shows its last day, and ends', async () => {
  chat = await openChat()
  const { people, sandbox, processes } = chat
  await people.command('alice', 'setup analytics-prod in prod-westus3')
  await people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', 'request PL-1 · done')
  expect(made(sandbox)).toEqual(whole)

  const redis = new Redis(sandbox.redisUrl, { maxRetriesPerRequest: null })
  const watches = redisWatches(redis)
  const producer = createProducer(redis)
  const turn = async () => {
    const before = (await watches.samples('WT-1')).length
    await producer.unschedule('WT-1')
    await producer.schedule('WT-1', 60_000)
    await expect.poll(async () => (await watches.samples('WT-1')).length, { timeout: 40_000 }).toBeGreaterThan(before)
  }
  try {
    const { body } = await people.command('alice', 'watch analytics-prod from prod-westus3 every 1m')
    expect(body).toContain('every 1 min, and post here when the verdict changes (WT-1)')
    await expect.poll(async () => (await watches.samples('WT-1')).length, { timeout: 40_000 }).toBeGreaterThan(0)
    expect((await watches.samples('WT-1'))[0]).toMatchObject({ code: 'healthy' })

    await people.command('alice', 'diagnose analytics-prod from prod-westus3')
    await chat.card('data', 'DG-1', 'healthy')

    const jobs = processes.find(({ name }) => name === 'jobs')
    jobs?.kill('SIGTERM')
    await jobs?.ended
    // What a crash leaves between writing a watch and scheduling it, or between ending it and taking its schedule away.
    await producer.unschedule('WT-1')
    await producer.schedule('WT-99', 60_000)
    await sandbox.start('jobs')
    await expect.poll(async () => [...(await producer.schedules()).keys()], { timeout: 20_000 }).toEqual(['WT-1'])
    expect(await redis.zcard('{privatelink}:watch:repeat')).toBe(1)

    const service = sandbox.world.services.find(({ name }) => name === 'analytics-prod')
    const listed = [...(service?.privateEndpointIds ?? [])]
    service?.privateEndpointIds.splice(0)
    sandbox.world.activities.push({
      ...{
        id: 'a1',
        createdAt: new Date().toISOString(),
        type: 'service_update_private_endpoints',
        serviceId: service?.id ?? '',
      },
      ...{ actorType: 'api', actorId: 'k1', actorDetails: 'terraform-ci', organizationId },
    })
    sandbox.world.changed()
    await turn()
    const told = await chat.card('data', 'WT-1', 'fault · allow-list-missing')
    expect(chat.text(told)).toContain('The verdict has changed, seen twice. It was healthy since')
    expect(chat.text(told)).toContain('the allow list: lost 1 entry')
    expect(chat.text(told)).toMatch(/allow list changed .* by API key “terraform-ci”/)
    await turn()
    expect(sandbox.slack.messages.filter((message) => chat.text(message).includes('seen by WT-1'))).toHaveLength(1)

    await people.click('carol', told, 'Request the fix')
    await chat.whisper('carol', 'Planning PL-2: analytics-prod → prod-westus3')
    const fix = await chat.card('approvals', 'request PL-2 · awaiting-approval')
    expect(chat.text(fix)).toContain('allow-list-missing')
    await people.click('bob', fix, 'Approve')
    await chat.card('approvals', 'request PL-2 · done')
    expect(service?.privateEndpointIds).toEqual(listed)

    await people.click('alice', told, 'Last 24 hours')
    await chat.whisper('alice', 'I sent you the picture', 'analytics-prod from prod-westus3, last 24 hours')
    const picture = sandbox.slack.files.find(({ name }) => name === 'wt-1.png')
    expect(picture?.content?.subarray(1, 4).toString()).toBe('PNG')
    expect(picture?.alt).toContain('allow-list-missing')

    expect((await people.command('alice', 'watch')).body).toContain('analytics-prod from prod-westus3')
    expect((await people.command('alice', 'unwatch analytics-prod')).body).toContain('I no longer watch')
    expect(await redis.zcard('{privatelink}:watch:repeat')).toBe(0)
    expect(await watches.all()).toEqual([])
  } finally {
    await producer.close()
    redis.disconnect()
  }
})
