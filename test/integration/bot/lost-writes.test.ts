import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { connect } from '../../../src/redis/connection.ts'
import { type SwitchingProxy, startSwitchingProxy } from '../../switching-proxy.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** A failover to a replica that lacks the last writes: chat shows what the ledger never had. */

let old: RedisServer
let next: RedisServer
let proxy: SwitchingProxy
let at: BotWorld
afterEach(async () => {
  await at.close()
  proxy.close()
  await Promise.all([old.close(), next.close()])
})

async function call({ url }: RedisServer, command: string, ...args: readonly string[]): Promise<unknown> {
  const redis = connect(url, { patient: true })
  const answer = await redis.call(command, ...args)
  redis.disconnect()
  return answer
}

async function ask(): Promise<string> {
  const known = (await at.ledger.newest(1))[0]?.id
  await at.driver.command('alice', anotherSetup(), { channel: 'data' })
  await expect.poll(async () => (await at.ledger.newest(1))[0]?.id).not.toBe(known)
  const id = (await at.ledger.newest(1))[0]?.id ?? ''
  // Where a replica has left, the bot waits for it before it tells anybody.
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes(`Planning ${id}`)), {
    timeoutMs: 20_000,
  })
  await planned(at, id)
  await shownIn(workspace.channels.approvals, `request ${id} · awaiting-approval`)
  await shownIn(workspace.channels.data, `request ${id} · awaiting-approval`)
  return id
}

const lostDecision = 'the newest decision on this request was lost'

const shownIn = (channel: string, text: string) =>
  at.slack.until(({ messages }) => messages.find((one) => one.channel === channel && textOf(one).includes(text)), {
    timeoutMs: 20_000,
  })

test('a lost decision can be taken again, and a lost request says that it is lost', { timeout: 60_000 }, async () => {
  ;[old, next] = await Promise.all([startRedis(), startRedis()])
  await call(old, 'CONFIG', 'SET', 'repl-diskless-sync-delay', '0')
  await call(next, 'REPLICAOF', '127.0.0.1', new URL(old.url).port)
  await expect.poll(() => call(next, 'INFO', 'replication'), { timeout: 10_000 }).toContain('master_link_status:up')
  proxy = await startSwitchingProxy(old.url)
  at = await startBotWorld({ redis: { ...old, url: proxy.url, close: async () => undefined } })
  const kept = await ask()
  await expect.poll(async () => Number(await call(next, 'EXISTS', `{privatelink}:messages:request-${kept}`))).toBe(1)
  await call(next, 'REPLICAOF', 'NO', 'ONE')
  await expect.poll(() => call(old, 'INFO', 'replication')).toContain('connected_slaves:0')

  const lost = await ask()
  await at.driver.click('bob', await shownIn(workspace.channels.approvals, `request ${kept} · awaiting-approval`), 'Reject')
  await shownIn(workspace.channels.approvals, `request ${kept} · rejected`)
  await shownIn(`D${workspace.users.alice.slice(1)}`, `request ${kept} · rejected`)
  const before = at.slack.messages.length

  proxy.leadTo(next.url)
  await call(old, 'REPLICAOF', '127.0.0.1', '1')
  const again = await shownIn(workspace.channels.approvals, `request ${kept} · awaiting-approval`)
  expect(textOf(again)).toContain('"action_id":"approve"')
  expect(textOf(again)).toContain(lostDecision)
  expect(textOf(await shownIn(workspace.channels.data, `request ${kept} · awaiting-approval`))).toContain(lostDecision)
  for (const channel of [workspace.channels.approvals, workspace.channels.data]) {
    const replaced = await shownIn(channel, `I do not have request ${lost} any more`)
    expect(textOf(replaced)).not.toContain('action_id')
  }
  expect(at.slack.messages.filter((one) => textOf(one).includes(lost)).length).toBeGreaterThan(0)
  expect(at.slack.messages.filter((one) => textOf(one).includes(`request ${lost} ·`))).toEqual([])
  expect(at.slack.messages.length).toBe(before)

  await at.driver.click('bob', again, 'Reject')
  const decided = await shownIn(workspace.channels.approvals, `request ${kept} · rejected`)
  expect(textOf(decided)).not.toContain(lostDecision)
})
