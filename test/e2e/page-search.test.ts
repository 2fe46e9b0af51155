import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { largeEstate } from '../../sandbox/large-estate.ts'
import { type Page, startPage } from '../../sandbox/page/server.ts'
import { firstSurvey, quick } from './house.ts'
import { hasBrowser, openBrowser, seriousIn } from './page-browser.ts'
import type { Visitor } from './page-tab.ts'

/** A list of more than 100 services in a form, which is searched: by keyboard, by mouse, and as a screen reader hears it. */

/** Half of the services are of each organization. */
const size = { organizations: 2, services: 320, networks: 2, subscriptions: 1, endpoints: 4, zones: 3, records: 12 }
const patience = { timeout: 60_000 }

let page: Page
beforeAll(async () => {
  page = await startPage({ estate: largeEstate(size), latencies: quick })
  await firstSurvey(page.house.sandbox)
}, 120_000)
afterAll(async () => {
  await page.close()
})

describe.skipIf(!hasBrowser)('in Chromium', () => {
  const { visit } = openBrowser(() => page)

  /** The form, with the services of acme to search in. */
  async function opened(person: Visitor) {
    await person.say('/privatelink setup in prod-westus3')
    const form = person.tab.getByRole('dialog')
    await form.getByLabel('Organization').selectOption({ label: 'acme' })
    const search = form.getByRole('combobox', { name: 'Service' })
    await search.and(person.tab.locator('input')).waitFor()
    return { form, search, list: form.getByRole('listbox', { name: 'Service' }) }
  }

  test('by keyboard: offered as one types, chosen with arrows and Enter, and sent', async () => {
    const person = await visit()
    const { tab } = person
    const { form, search, list } = await opened(person)
    await search.focus()
    expect(await search.getAttribute('aria-expanded')).toBe('false')
    await tab.keyboard.press('ArrowDown')
    await list.getByRole('option').nth(99).waitFor()
    await tab.keyboard.type('analytics')
    await expect
      .poll(async () => (await list.getByRole('option').allTextContents()).every((each) => each.includes('analytics')))
      .toBe(true)
    expect(await search.getAttribute('aria-expanded')).toBe('true')
    const texts = await list.getByRole('option').allTextContents()
    expect(texts.length).toBeGreaterThan(3)
    await tab.keyboard.press('ArrowDown')
    await tab.keyboard.press('ArrowDown')
    await tab.keyboard.press('ArrowUp')
    const active = list.locator(`[id="${await search.getAttribute('aria-activedescendant')}"]`)
    expect(await active.textContent()).toBe(texts[1])
    expect(await active.getAttribute('aria-selected')).toBe('true')
    expect(await list.locator('[aria-selected="true"]').count()).toBe(1)
    expect(await seriousIn(tab)).toEqual([])

    await tab.keyboard.press('Enter')
    await list.waitFor({ state: 'hidden' })
    expect(await search.inputValue()).toBe(texts[1])
    expect(await form.isVisible()).toBe(true)
    await form.getByRole('button', { name: 'Plan it' }).click()
    await form.waitFor({ state: 'detached' })
    await person.go('#approvals')
    await person.message('PL-1', String(texts[1]?.split(' · ')[0])).waitFor(patience)
  })

  test('Escape puts the list away and not the form; what was typed and not chosen is gone', async () => {
    const person = await visit()
    const { tab } = person
    const { form, search, list } = await opened(person)
    await search.pressSequentially('no service has this name')
    await form.getByText('Nothing matches.').waitFor()
    await search.fill('billing')
    await list
      .getByRole('option', { name: /billing/ })
      .first()
      .waitFor()
    await tab.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    expect(await search.inputValue()).toBe('')
    await form.getByRole('button', { name: 'Plan it' }).click()
    await form.getByText('not filled in: "Service"').waitFor()
    await tab.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
  })

  test('by mouse: found by words in any order', async () => {
    const person = await visit()
    const { form, search, list } = await opened(person)
    await search.click()
    await search.fill('0040 analytics')
    await list.getByRole('option', { name: /^analytics-\w+-0040 · / }).click()
    expect(await search.inputValue()).toMatch(/^analytics-\w+-0040 · /)
    await form.getByRole('button', { name: 'Plan it' }).click()
    await new Promise((r) => setTimeout(r, 3000))
    await form.waitFor({ state: 'detached' })
    await person.go('#approvals')
    await person.message('PL-2', '0040').waitFor(patience)
  })
})
