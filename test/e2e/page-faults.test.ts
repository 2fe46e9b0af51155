import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allFaults } from '../../sandbox/page/faults/all.ts'
import { createBoard, type FaultBoard } from '../../sandbox/page/faults/board.ts'
import { type House, openHouse } from '../../sandbox/page/house.ts'
import { createLedgerReader, type LedgerReader } from '../../sandbox/page/ledger-reader.ts'
import { verdictsOf } from '../../sandbox/page/written.ts'
import { rules } from '../../src/domain/diagnosis/rules/all.ts'
import { quick } from './house.ts'

/** Every fault that the page offers gives the code that it says. */

test('every code of a fault is one of the bot’s, and every key is its own', () => {
  const known: readonly string[] = rules.map(({ code }) => code)
  expect(allFaults.filter(({ code }) => code !== undefined && !known.includes(code))).toEqual([])
  expect(new Set(allFaults.map(({ key }) => key)).size).toBe(allFaults.length)
})

// A few minutes: `EVERY_FAULT=1 npx vitest run --project e2e test/e2e/page-faults.test.ts`.
describe.skipIf(process.env.EVERY_FAULT !== '1')('switched on, diagnosed, and switched off', () => {
  let house: House
  let board: FaultBoard
  let ledger: LedgerReader

  beforeAll(async () => {
    house = await openHouse({ latencies: quick })
    const { slack, botUrl } = house.sandbox
    const people = slack.driver(`${botUrl}/slack/events`)
    await people.command('alice', 'setup analytics-prod in prod-westus3')
    const approvals = slack.directory.workspace.channels.approvals
    const card = await slack.until(
      ({ messages }) => messages.find((each) => each.channel === approvals && slack.render(each).includes('awaiting-approval')),
      { timeoutMs: 30_000 },
    )
    await people.click('bob', card, 'Approve')
    await slack.until(() => slack.render(card).includes(' done'), { timeoutMs: 60_000 })
    board = createBoard(house)
    ledger = createLedgerReader(house.sandbox.redisUrl)
  })
  afterAll(async () => {
    await board.close()
    ledger.close()
    await house.close()
  })

  async function codes(): Promise<readonly string[]> {
    const { slack, botUrl } = house.sandbox
    const newest = async () => (await ledger.read())?.diagnoses[0]
    const before = (await newest())?.id
    await slack.driver(`${botUrl}/slack/events`).command('alice', 'diagnose analytics-prod from prod-westus3')
    const ended = async () => {
      const diagnosis = await newest()
      return diagnosis !== undefined && diagnosis.id !== before && verdictsOf(diagnosis)
    }
    const verdict = await vi.waitUntil(ended, { timeout: 90_000, interval: 100 })
    return verdict.codes
  }

  // Again where ClickHouse Cloud was asked too often: then the lists are those of before.
  test.each(allFaults.filter(({ code }) => code !== undefined))('$key gives $code', async ({ key, code }) => {
    await board.on(key)
    try {
      let seen = await codes()
      for (let left = 5; left > 0 && !seen.includes(code ?? ''); left--) {
        await new Promise((resolve) => setTimeout(resolve, 2_500))
        seen = await codes()
      }
      expect(seen).toContain(code)
    } finally {
      await board.off(key)
    }
  })
})
