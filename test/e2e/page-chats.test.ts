import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Page, startPage } from '../../sandbox/page/server.ts'
import { quick } from './house.ts'
import { hasBrowser, openBrowser } from './page-browser.ts'
import { open } from './page-tab.ts'

/** What people do in the page's Slack and Teams, in a real browser, in front of the real processes. The tests follow each other. */

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

  test('a form of Slack says what is missing, and is sent', async () => {
    const person = await visit()
    const { tab } = person
    await person.say('/privatelink setup')
    const form = tab.getByRole('dialog')
    await form.getByLabel('Network').selectOption({ label: 'prod-westus3 (westus3)' })
    await form.getByLabel('Reason').fill('by form')
    await form.getByRole('button', { name: 'Plan it' }).click()
    await form.getByText('not filled in: "Service"').waitFor()
    const billing = await form.locator('option', { hasText: 'billing-prod' }).getAttribute('value')
    await form.getByLabel('Service').selectOption(billing)
    await form.getByRole('button', { name: 'Plan it' }).click()
    await form.waitFor({ state: 'detached' })
    await person.go('#approvals')
    await person.message('billing-prod', 'by form').waitFor(patience)
  })

  test('in Teams: a dialog, an approval, and Microsoft’s rendering', async () => {
    const person = await visit()
    const { tab } = person
    await tab.getByRole('button', { name: 'Teams' }).click()
    await person.go('approvals')
    await person.be('carol')
    const card = person.message('billing-prod', 'by form')
    await card.locator('.ac-adaptiveCard').waitFor()
    await card.getByRole('button', { name: 'Details' }).click()
    await tab.getByRole('dialog').getByText('alias').first().waitFor()
    await tab.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await card.getByRole('button', { name: 'Approve' }).click()
    await person.message('billing-prod', '· done').waitFor(patience)

    await person.be('alice')
    await person.go('data')
    await person.say('@privatelink revoke')
    const opener = person.message('something is missing').getByRole('button', { name: 'Fill in the form' })
    const form = tab.getByRole('dialog')
    await opener.click()
    await form.locator('.ac-adaptiveCard').waitFor()
    await tab.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
    await opener.click()
    await form.getByLabel('Network').selectOption({ label: 'prod-westus3 (westus3)' })
    await form.getByLabel('Reason').fill('by dialog')
    const send = () => form.locator('.ac-pushButton.style-positive').click()
    await send()
    await form.getByText('Choose a service.').waitFor()
    expect(await form.getByLabel('Reason').inputValue()).toBe('by dialog')
    await form.getByLabel('Service').selectOption({ label: 'billing-prod · westus3' })
    await send()
    await form.waitFor({ state: 'detached' })
    await person.go('approvals')
    await person.message('billing-prod', 'by dialog', 'awaiting-approval').getByRole('button', { name: 'Cancel' }).click(patience)
    await person.message('billing-prod', 'by dialog', '· cancelled').waitFor(patience)
    await open(tab)
    await tab.getByRole('region', { name: 'Cloud calls' }).locator('tr', { hasText: 'teams' }).first().waitFor()
  })

  test('files are shown, in Slack and in Teams: a picture as it is, a text by its beginning', async () => {
    const person = await visit()
    const { tab } = person
    await person.say('/privatelink watch billing-prod from prod-westus3 every 1m')
    await person.message('WT-').getByRole('button', { name: 'Last 24 hours' }).click(patience)
    await person.go('Direct message')
    await pictured(tab)
    await person.go('#data')
    await person.message('billing-prod', '· done').getByRole('button', { name: 'Export Terraform' }).click()
    await person.go('Direct message')
    await tab
      .locator('.preview', { hasText: /terraform/i })
      .last()
      .waitFor()

    await tab.getByRole('button', { name: 'Teams' }).click()
    await person.go('data')
    await person.say('@privatelink watch billing-prod from prod-westus3 every 1m')
    await person.message('WT-').getByRole('button', { name: 'Last 24 hours' }).click(patience)
    await tab.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await person.go('Direct message')
    await pictured(tab)
    await person.go('approvals')
    await person.message('billing-prod', '· done').getByRole('button', { name: 'Export Terraform' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await person.go('Direct message')
    await person.message('.tf').getByRole('button', { name: 'Accept the file' }).click()
    await tab
      .locator('.preview', { hasText: /terraform/i })
      .last()
      .waitFor()
  })

  /** The browser has drawn it, and a screen reader has words for it. */
  async function pictured(tab: Tab): Promise<void> {
    await tab.locator('.messages img[alt*="last 24 hours"]').last().waitFor()
    const width = 'Math.max(...[...document.querySelectorAll(".messages img")].map((image) => image.naturalWidth))'
    await vi.waitUntil(async () => Number(await tab.evaluate(width)) > 100, { timeout: 5_000 })
  }

  test('neither an outsider nor somebody whose account was switched off can approve', async () => {
    const person = await visit()
    const { tab } = person
    await person.say('/privatelink revoke billing-prod from prod-westus3')
    await person.go('#approvals')
    const card = person.message('awaiting-approval', 'billing-prod')
    await card.waitFor(patience)
    await person.be('mallory')
    await card.getByRole('button', { name: 'Approve' }).click(patience)
    await person.message('only you see this').waitFor()
    await person.be('carol')
    await tab.getByRole('button', { name: 'Switch the account off' }).click()
    await tab.getByRole('button', { name: 'Switch the account on' }).waitFor()
    await card.getByRole('button', { name: 'Approve' }).click()
    await tab.getByRole('alert').getByText('Slack has signed them out').waitFor()
    expect(await card.count()).toBe(1)
    await tab.getByRole('button', { name: 'Switch the account on' }).click()
    await tab.getByRole('button', { name: 'Switch the account off' }).waitFor()
    await person.be('bob')
    await card.getByRole('button', { name: 'Approve' }).click()
    await person.message('PL-3 · done').waitFor(patience)
  })

  test('what somebody wrote stays text', async () => {
    const hostile = '<img src=x onerror="window.hacked=1"><!channel> [a](javascript:alert(1)) <script>window.hacked=1</script>'
    const { world } = page.house.sandbox
    const [service] = world.services
    if (service !== undefined) world.services.push({ ...service, id: '00000000-0000-4000-8000-00000000000f', name: hostile })
    const person = await visit()
    const { tab } = person
    await person.say(hostile)
    await person.message(hostile).waitFor()
    await person.say(`/privatelink allow billing-prod from prod-westus3 because "${hostile.replaceAll('"', "'")}"`)
    await person.go('#approvals')
    await person.message('<!channel>').waitFor(patience)
    await tab.getByRole('button', { name: 'Teams' }).click()
    await person.go('approvals')
    await person.message('<!channel>').waitFor(patience)
    expect(await tab.locator('.messages img, .messages script, .mention.ping').count()).toBe(0)
    expect(await tab.locator('a[href^="javascript"]').count()).toBe(0)
    expect(await tab.evaluate('window.hacked')).toBeUndefined()
    world.services.pop()
  })

  test('a reload keeps who, where and what was typed; a reset makes all anew', async () => {
    const person = await visit()
    const { tab } = person
    await person.be('carol')
    await person.go('#approvals')
    await tab.locator('.composer input').fill('half a sen')
    const shown = await tab.locator('.message').count()
    await tab.reload()
    await tab
      .locator('.message')
      .nth(shown - 1)
      .waitFor()
    expect(await tab.locator('#person').inputValue()).toBe('carol')
    expect(await tab.locator('.composer input').inputValue()).toBe('half a sen')
    await tab.getByRole('button', { name: 'Reset' }).click()
    await tab.getByText('Nothing was said here yet.').waitFor(patience)
    await tab.getByText('1 of 4').waitFor(patience)
    expect(page.house.sandbox.world.endpoints.size).toBe(0)
  })
})
