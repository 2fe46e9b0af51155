import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Page, startPage } from '../../sandbox/page/server.ts'
import { chromiumPath, openChromium } from '../../scripts/chromium.ts'
import { quick } from './house.ts'
import { open, type Visitor, visitor } from './page-tab.ts'

/** The page of the sandbox in a real browser, in front of the real processes. The tests of one story follow each other. */

const executable = chromiumPath()
if (executable === undefined)
  console.error('\n  THE PAGE WAS NOT TESTED IN A BROWSER: there is no Chromium. Install the package chromium.\n')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const wide: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }
const patience = { timeout: 60_000 }

let page: Page
beforeAll(async () => {
  page = await startPage({ latencies: quick })
})
afterAll(async () => {
  await page.close()
})

async function answered(headers: Readonly<Record<string, string>>, method = 'GET', path = '/', body = ''): Promise<string> {
  const { hostname, port } = new URL(page.url)
  const socket = connect(Number(port), hostname)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`${method} ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

describe('the server', () => {
  const own = () => new URL(page.url).host
  const reset = JSON.stringify({ do: 'fault-on', key: 'arm-slow' })

  test('answers its own page alone', async () => {
    expect(await answered({ host: own() })).toMatch(/^HTTP\/1.1 200 /)
    expect(await answered({ host: 'evil.example' })).toMatch(/^HTTP\/1.1 403 /)
    expect(await answered({ host: `${own().split(':')[0]}:1` })).toMatch(/^HTTP\/1.1 403 /)
    expect(await answered({ host: own(), origin: 'https://evil.example' })).toMatch(/^HTTP\/1.1 403 /)
    expect(await answered({ host: own(), 'sec-fetch-site': 'cross-site' })).toMatch(/^HTTP\/1.1 403 /)
  })

  test('changes nothing for another page, a form, or a request without an origin', async () => {
    const json = { 'content-type': 'application/json' }
    const post = (headers: Readonly<Record<string, string>>) => answered(headers, 'POST', '/api/act', reset)
    expect(await post({ host: own(), ...json })).toMatch(/^HTTP\/1.1 403 /)
    expect(await post({ host: own(), ...json, origin: 'null' })).toMatch(/^HTTP\/1.1 403 /)
    expect(await post({ host: own(), ...json, origin: 'http://localhost:1' })).toMatch(/^HTTP\/1.1 403 /)
    expect(await post({ host: own(), 'content-type': 'text/plain', origin: `http://${own()}` })).toMatch(/^HTTP\/1.1 403 /)
    expect(await post({ host: own(), ...json, origin: `http://${own()}` })).toMatch(/^HTTP\/1.1 200 /)
    await answered({ host: own(), ...json, origin: `http://${own()}` }, 'POST', '/api/act', reset.replace('-on', '-off'))
  })

  test('forbids scripts and styles in the document, and everything from outside', async () => {
    const head = await answered({ host: own() })
    expect(head).toMatch(/content-security-policy: default-src 'none'; script-src 'self' 'sha256-[^']+';/)
    expect(head).not.toMatch(/unsafe|https?:\/\/(?!127)/)
  })

  test('serves no other file', async () => {
    for (const path of ['/page/server.ts', '/../package.json', '/estate.ts', '/library/../../package.json'])
      expect(await answered({ host: own() }, 'GET', path)).toMatch(/^HTTP\/1.1 404 /)
  })

  test('its own code is below 150 kB, compressed', () => {
    const bytes = page.ownFiles.reduce((sum, text) => sum + gzipSync(text).length, 0)
    expect(bytes).toBeGreaterThan(5_000)
    expect(bytes).toBeLessThan(150_000)
  })
})

describe.skipIf(executable === undefined)('in Chromium', () => {
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
    // Requests to outside; errors and breaches of the policy.
    expect(seen).toEqual({ outside: [], complaints: [] })
  })

  async function visit(options: BrowserContextOptions = wide): Promise<Visitor> {
    const context = await browser.newContext(options)
    const tab = await context.newPage()
    tab.setDefaultTimeout(15_000)
    watch(tab)
    await tab.goto(page.url)
    await tab.locator('#person').waitFor()
    return visitor(tab)
  }

  function watch(tab: Tab): void {
    tab.on('request', (request) => {
      if (!request.url().startsWith(page.url) && !request.url().startsWith('data:')) outside.push(request.url())
    })
    tab.on('pageerror', (error) => complaints.push(error.message))
    tab.on('console', (message) => {
      if (message.type() === 'error' && !/status of 422/.test(message.text())) complaints.push(message.text())
    })
  }

  /** `only`: the rule that depends on colours, where the page was checked whole in others. */
  async function seriousIn(tab: Tab, only?: 'color-contrast'): Promise<readonly string[]> {
    // By the debugger, as the page's policy lets no other script in.
    await tab.evaluate(axe)
    const options = { resultTypes: ['violations'], ...(only !== undefined && { runOnly: [only] }) }
    const { violations } = (await tab.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  }

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

  test('by keyboard alone: a command with completion, a form, and Escape', async () => {
    const { tab, message } = await visit()
    await tab.getByRole('combobox', { name: /Message as/ }).focus()
    const { keyboard } = tab
    await keyboard.type('/privatelink sta')
    await tab.getByRole('option', { name: /^status/ }).waitFor()
    await keyboard.press('Tab')
    await keyboard.type('ana')
    await keyboard.press('Tab')
    expect(await tab.locator('.composer input').inputValue()).toBe('/privatelink status analytics-prod ')
    await keyboard.press('Escape')
    await keyboard.press('Enter')
    await message('analytics-prod', 'prod-westus3').waitFor()

    await keyboard.type('/privatelink setup')
    await keyboard.press('Escape')
    await keyboard.press('Enter')
    await tab.getByRole('dialog').waitFor()
    expect(await tab.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true)
    await keyboard.press('Escape')
    await tab.getByRole('dialog').waitFor({ state: 'detached' })
  })

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
    await person.message('PL-5 · done').waitFor(patience)
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

  test.each(['light', 'dark'] as const)('no serious finding of axe, %s', async (colorScheme) => {
    const person = await visit({ ...wide, colorScheme })
    const only = colorScheme === 'dark' ? 'color-contrast' : undefined
    const { tab } = person
    await person.message('healthy').waitFor()
    await open(tab)
    expect(await seriousIn(tab, only)).toEqual([])
    await person.go('Home')
    await tab.locator('.home h3, .home .text').first().waitFor()
    expect(await seriousIn(tab, only)).toEqual([])
    await person.go('#data')
    await person.say('/privatelink setup')
    await tab.getByRole('dialog').locator('select').first().waitFor()
    expect(await seriousIn(tab, only)).toEqual([])
    await tab.keyboard.press('Escape')
    await tab.getByRole('button', { name: 'Teams' }).click()
    await person.go('approvals')
    await tab.locator('.ac-adaptiveCard').first().waitFor()
    expect(await seriousIn(tab, only)).toEqual([])
  })

  test('on a phone: one side at a time, and nothing is wider than the screen', async () => {
    const { tab } = await visit({ viewport: { width: 390, height: 800 } })
    const overflow = () => tab.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(await overflow()).toBeLessThanOrEqual(0)
    await tab.getByRole('button', { name: 'Show the world' }).click()
    await tab.locator('.network svg').first().waitFor()
    expect(await tab.getByRole('combobox', { name: /Message as/ }).isVisible()).toBe(false)
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await seriousIn(tab)).toEqual([])
    await tab.getByRole('button', { name: 'Show the chat' }).click()
    await tab.getByRole('button', { name: 'Teams' }).click()
    await tab.locator('.ac-adaptiveCard').first().waitFor()
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await seriousIn(tab)).toEqual([])
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
