import { writeFileSync } from 'node:fs'
import type { Page as Tab } from 'playwright-core'
import { startPage } from '../../sandbox/page/server.ts'
import { chromiumPath, openChromium } from '../chromium.ts'

/** `npm run screenshots`: plays the main story on the sandbox's page, and writes docs/images, light and dark. */

const executable = chromiumPath()
if (executable === undefined) {
  console.error('There is no Chromium: install the package chromium.')
  process.exit(1)
}
const folder = new URL('../../docs/images/', import.meta.url)
const patience = { timeout: 90_000 }
const page = await startPage()
const browser = await openChromium(executable)

try {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 860 } })
  await tab.goto(page.url)
  await setUp(tab)
  await tab.getByRole('button', { name: 'Break it, and write the command' }).click()
  await tab.locator('[data-fault="allow-list-missing"][aria-checked="true"]').waitFor()
  // ClickHouse Cloud answers ten calls in ten seconds: then the diagnosis sees the lists as they are now.
  await tab.waitForTimeout(10_000)
  await tab.getByRole('button', { name: 'Send' }).click()
  await tab.locator('.message', { hasText: 'fault · allow-list-missing' }).waitFor(patience)
  await tab.locator('.network .verdict').waitFor()
  await take(tab, 'sandbox')
  await tab.getByRole('button', { name: 'Teams' }).click()
  await tab.getByRole('navigation').getByRole('button', { name: 'approvals' }).click()
  await tab.locator('.ac-adaptiveCard').last().waitFor()
  await take(tab, 'sandbox-teams')
} finally {
  await browser.close()
  await page.close()
}

async function setUp(tab: Tab): Promise<void> {
  await tab.getByRole('button', { name: 'Write the command for me' }).click()
  await tab.getByRole('button', { name: 'Send' }).click()
  await tab.getByRole('button', { name: 'Be Bob' }).click()
  await tab.locator('.message').getByRole('button', { name: 'Approve' }).click(patience)
  await tab.getByText('3 of 4').waitFor(patience)
}

async function take(tab: Tab, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.emulateMedia({ colorScheme })
    await tab.waitForTimeout(300)
    const path = `${name}-${colorScheme}.webp`
    // WebP is a third of a PNG; the browser makes it, so that no other tool is needed.
    const session = await tab.context().newCDPSession(tab)
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 70 })
    writeFileSync(new URL(path, folder), Buffer.from(data, 'base64'))
    console.log(`docs/images/${path} is written.`)
  }
}
