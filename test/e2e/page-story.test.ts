import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Page, startPage } from '../../sandbox/page/server.ts'
import { quick } from './house.ts'
import { hasBrowser, openBrowser } from './page-browser.ts'
import type { Visitor } from './page-tab.ts'

/** The page's main story in a real browser, in front of the real processes: the first minute, and what is broken after it. */

const patience = { timeout: 60_000 }

let page: Page
beforeAll(async () => {
  page = await startPage({ latencies: quick })
})
afterAll(async () => {
  await page.close()
})

describe.skipIf(!hasBrowser)('in Chromium', () => {
  const { visit } = openBrowser(() => page)

  /** Asks again where the answer is an earlier one: ClickHouse Cloud answers ten calls in ten seconds, and then the lists are those of before. */
  async function diagnosed(person: Visitor, code: string): Promise<void> {
    const { tab } = person
    const answer = async () => (await tab.locator('.message', { hasText: 'answered in' }).allTextContents()).at(-1) ?? ''
    for (let left = 6; ; left--) {
      const before = await answer()
      await person.say('/privatelink diagnose analytics-prod from prod-westus3')
      await vi.waitUntil(async () => (await answer()) !== before, { ...patience, interval: 50 })
      if ((await answer()).includes(code)) break
      if (left === 0) expect(await answer()).toContain(code)
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
    if (code !== '') await tab.locator('.network .verdict', { hasText: code }).waitFor(patience)
  }

  test('the first minute: setup, approval by another, a fault, and its fix by the button', async () => {
    const person = await visit()
    const { tab } = person
    const guide = tab.getByRole('complementary', { name: 'First minute' })
    await guide.getByRole('button', { name: 'Write the command for me' }).click()
    await tab.getByRole('button', { name: 'Send' }).click()
    await guide.getByText('2 of 4').waitFor()

    await person.go('#approvals')
    await person.message('awaiting-approval').getByRole('button', { name: 'Approve' }).click()
    await person.message('someone else has to approve').waitFor()
    await guide.getByRole('button', { name: 'Be Bob' }).click()
    expect(await person.message('someone else has to approve').count()).toBe(0)
    await person.message('awaiting-approval').getByRole('button', { name: 'Approve' }).click()
    await person.message('PL-1 · done').waitFor(patience)
    await tab.locator('.request', { hasText: 'PL-1' }).locator('li.done').nth(6).waitFor()

    await guide.getByRole('button', { name: 'Break it, and write the command' }).click()
    await tab.locator('[data-fault="allow-list-missing"][aria-checked="true"]').waitFor()
    await diagnosed(person, 'allow-list-missing')
    await person.message('fault · allow-list-missing').getByRole('button', { name: 'Request the fix' }).click()
    await guide.getByText('4 of 4').waitFor()
    await person.go('#approvals')
    await person.be('bob')
    await person.message('PL-2', 'awaiting-approval').getByRole('button', { name: 'Approve' }).click(patience)
    await person.message('PL-2 · done').waitFor(patience)
    await guide.getByText('That was all.').waitFor()
    await guide.getByRole('button', { name: 'Close' }).click()
    await person.flip('allow-list-missing')
    await person.be('alice')
    await person.go('#data')
    await diagnosed(person, 'healthy')
  })

  test.each(['dns-record-stale', 'endpoint-rejected', 'tls-intercepted', 'service-stopped', 'dns-server-failing'])(
    'the fault %s is found, and gone when it is switched off',
    async (code) => {
      const person = await visit()
      // Each person may ask for 20 things a minute that cost calls: alice's are for the other tests.
      await person.be('carol')
      await person.flip(code)
      await diagnosed(person, code)
      await person.flip(code)
      expect(page.house.sandbox.world.endpoints.size).toBe(1)
    },
  )

  test('a surprise is hidden from the picture, and the time is told when the bot finds it', async () => {
    const person = await visit()
    const { tab } = person
    await person.be('mallory')
    await tab.getByRole('button', { name: 'Surprise me' }).click()
    await tab.getByText('Hidden while you look').waitFor()
    expect(await tab.locator('[data-fault][aria-checked="true"]').count()).toBe(0)
    await diagnosed(person, '')
    while (!(await tab.locator('.found').isVisible())) {
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      await diagnosed(person, '')
    }
    expect(await tab.locator('.found').textContent()).toMatch(/Found after \d+ s/)
    await tab.locator('[data-fault][aria-checked="true"]').click()
    await tab.getByRole('button', { name: 'Surprise me' }).waitFor()
  })
})
