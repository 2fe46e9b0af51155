import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Page } from '../../sandbox/page/server.ts'
import { chromiumPath, openChromium } from '../../scripts/chromium.ts'
import { type Visitor, visitor } from './page-tab.ts'

const executable = chromiumPath()
if (executable === undefined)
  console.error('\n  THE PAGE WAS NOT TESTED IN A BROWSER: there is no Chromium. Install the package chromium.\n')

export const hasBrowser = executable !== undefined

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
export const wide: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }

export interface PageBrowser {
  /** `prepare` is called with the tab before it opens the page. */
  visit(options?: BrowserContextOptions, prepare?: (tab: Tab) => unknown): Promise<Visitor>
}

/** The browser of one `describe`, closed at its end. A request to outside, an error or a breach of the page's policy fails the test in which it happens. */
export function openBrowser(page: () => Page): PageBrowser {
  let browser: Browser
  let outside: string[] = []
  let complaints: string[] = []

  beforeAll(async () => {
    browser = await openChromium(executable ?? '')
  })
  afterAll(async () => {
    await browser.close()
  })
  afterEach(async ({ task }) => {
    const tabs = browser.contexts().flatMap((context) => context.pages())
    const shown = () => Promise.all(tabs.map((tab) => tab.locator('.message').allTextContents()))
    if (task.result?.state === 'fail') console.error(await shown().catch(String))
    for (const context of browser.contexts()) await context.close()
    const seen = { outside, complaints }
    outside = []
    complaints = []
    expect(seen).toEqual({ outside: [], complaints: [] })
  })

  function watch(tab: Tab): void {
    tab.on('request', (request) => {
      if (!request.url().startsWith(page().url) && !request.url().startsWith('data:')) outside.push(request.url())
    })
    tab.on('pageerror', (error) => complaints.push(error.message))
    tab.on('console', (message) => {
      if (message.type() === 'error' && !/status of 422/.test(message.text())) complaints.push(message.text())
    })
  }

  return {
    async visit(options = wide, prepare = async () => undefined) {
      const context = await browser.newContext(options)
      const tab = await context.newPage()
      tab.setDefaultTimeout(15_000)
      watch(tab)
      await prepare(tab)
      await tab.goto(page().url)
      await tab.locator('#person').waitFor()
      return visitor(tab)
    },
  }
}

/** The serious findings of axe. `only`: the rule that depends on colours, where the page was checked whole in others. */
export async function seriousIn(tab: Tab, only?: 'color-contrast'): Promise<readonly string[]> {
  // By the debugger, as the page's policy lets no other script in.
  await tab.evaluate(axe)
  const options = { resultTypes: ['violations'], ...(only !== undefined && { runOnly: [only] }) }
  const { violations } = (await tab.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
