import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPage, type PagePerson } from './page-person.ts'

/** Faults that no diagnosis names: what a person reads in the chat while they are on, and that all is well when they are off. */

// Two minutes: `EVERY_FAULT=1 npx vitest run --project e2e test/e2e/page-outages.test.ts`.
describe.skipIf(process.env.EVERY_FAULT !== '1')('while it is on', () => {
  let alice: PagePerson
  let isOn = ''
  const diagnose = 'diagnose analytics-prod from prod-westus3'
  const setup = 'setup analytics-prod in prod-westus3'

  beforeAll(async () => {
    alice = await openPage()
  })
  afterEach(async () => {
    await off()
  })
  afterAll(async () => {
    await alice.page.close()
  })

  async function on(key: string): Promise<void> {
    await alice.act({ do: 'fault-on', key })
    isOn = key
  }

  async function off(): Promise<void> {
    if (isOn !== '') await alice.act({ do: 'fault-off', key: isOn })
    isOn = ''
  }

  /** Asks again, as clients keep away from a vendor for a moment that has refused them. */
  async function isWell(): Promise<void> {
    let answer = ''
    for (let left = 6; left > 0 && !answer.includes('healthy'); left--) {
      await alice.say(diagnose)
      answer = await alice.sees('answered in')
    }
    expect(answer).toContain('healthy')
  }

  test('under policy: the request ends, and names the policy', async () => {
    await on('arm-policy')
    await alice.say(setup)
    await alice.approved()
    await alice.sees('· failed', 'deny-private-endpoints')
  })

  test('locked: the request ends, and names the lock', async () => {
    await on('arm-locked')
    await alice.say(setup)
    await alice.approved()
    await alice.sees('· failed', /lock/i, 'rg-network')
  })

  test('throttled: a setup goes on for as long as that takes, and is done when it is over', async () => {
    await on('arm-throttled')
    await alice.say(setup)
    await alice.approved()
    await alice.sees('· applying', 'running')
    const { calls } = alice.page.house.sandbox.world
    expect(calls.filter(({ status }) => status === 429)).not.toEqual([])
    await off()
    await alice.sees('· done')
    await isWell()
  })

  test('Redis is away: the chat says that nothing was done', async () => {
    await on('redis-away')
    await alice.say(diagnose)
    expect(await alice.sees('I cannot reach my ledger')).toContain('Try again in a minute')
    await off()
    await isWell()
  })

  test('the bot is killed: Slack itself says that nobody answers', async () => {
    await on('killed-bot')
    await alice.say(diagnose)
    expect(alice.page.house.sandbox.slack.failures.at(-1)?.error).toBe('dispatch_failed')
    await off()
    await isWell()
  })

  test('jobs is killed: the question waits, and is answered when it is back', async () => {
    await on('killed-jobs')
    await alice.say(diagnose)
    await alice.sees('The result follows here')
    await off()
    await alice.sees('healthy', 'answered in')
  })

  test('ClickHouse Cloud fails: a plan waits, and a diagnosis goes on with what the network shows', async () => {
    await on('clickhouse-failing')
    await alice.say(diagnose)
    await alice.sees('healthy', 'answered in')
    await alice.say('setup billing-prod in prod-westus3')
    await alice.sees('billing-prod', 'ClickHouse Cloud', /500/)
    await off()
    await isWell()
  })

  test('slow: a diagnosis says what it could not read in time', async () => {
    await on('arm-slow')
    await alice.say(diagnose)
    await alice.sees('control-plane-unknown', 'There was no answer within')
    await off()
    await isWell()
  })

  test('asleep: the diagnosis wakes the service, and says that it was asleep', async () => {
    await on('service-idle')
    await alice.say(diagnose)
    await alice.sees('answered in', 'was running, is idle')
    await off()
    await isWell()
  })
})
