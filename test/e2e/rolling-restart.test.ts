import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../sandbox/free-port.ts'
import { type Chat, openChat } from './chat.ts'
import { type Desk, openDesk } from './house.ts'

/** Two of each process, replaced one by one with SIGTERM while requests are planned and carried out. `ROLLING_REQUESTS=50` for the whole. */

const count = Number(process.env.ROLLING_REQUESTS ?? 4)

let chat: Chat
let desk: Desk
afterEach(async () => {
  await desk.close()
  await chat.close()
})

test('a rolling restart loses no request, doubles none and announces each once', {
  timeout: 60_000 + count * 15_000,
}, async () => {
  chat = await openChat()
  const { sandbox, processes, people } = chat
  const { world, slack } = sandbox
  // One key of ClickHouse Cloud takes ten calls in ten seconds, for all of them.
  desk = openDesk(sandbox, { patienceMs: Math.max(90_000, count * 12_000) })
  const [template] = world.services
  if (template === undefined) throw new Error('no service')
  const names = Array.from({ length: count }, (_, at) => `fleet-${at}`)
  for (const [at, name] of names.entries()) {
    const label = `fleet${at}`
    const id = `${String(at).padStart(8, '0')}-0b3f-4a5d-8c7e-6f5a4b3c2d10`
    const privateHost = `${label}.${template.privateHost?.split('.').slice(1).join('.')}`
    world.services.push({ ...template, id, name, privateHost, privateEndpointIds: [] })
  }
  const running = [...processes, await sandbox.start('bot', { PORT: String(await freePort()) })]
  running.push(await sandbox.start('jobs'), await sandbox.start('diagnostics'))

  const first = await desk.ask(names[0] ?? '')
  await desk.approve(first)
  await desk.settled(first.id, ['done'])
  const others = Promise.all(
    names.slice(1).map(async (name) => {
      const asked = await desk.ask(name, 'allow')
      await desk.approve(asked)
      return await desk.settled(asked.id, ['done', 'failed'])
    }),
  )
  for (const old of running) {
    const more = old.name === 'bot' ? { PORT: String(await freePort()) } : {}
    await sandbox.start(old.name, more)
    old.kill('SIGTERM')
    await old.ended
    expect(old.output.join('\n')).not.toContain('"level":60')
  }
  const ended = [first, ...(await others)]
  expect(ended.slice(1).map(({ id, state }) => [id, state])).toEqual(ended.slice(1).map(({ id }) => [id, 'done']))

  const [endpoint] = world.endpoints.values()
  expect(world.endpoints.size).toBe(1)
  for (const name of names)
    expect(world.services.find((service) => service.name === name)?.privateEndpointIds).toEqual([endpoint?.resourceGuid])
  for (const { id } of ended) {
    const shows = (channel: string) =>
      slack.messages.filter(
        (message) =>
          message.channel === slack.directory.workspace.channels[channel] &&
          !message.deleted &&
          chat.text(message).includes(`request ${id} ·`),
      )
    await expect.poll(() => shows('data').map(chat.text).join('\n'), { timeout: 30_000 }).toContain(`request ${id} · done`)
    expect(shows('data'), id).toHaveLength(1)
    expect(shows('approvals').filter((message) => chat.text(message).includes('Asked by'))).toHaveLength(1)
  }
  expect(people.requests).toEqual([])
})
