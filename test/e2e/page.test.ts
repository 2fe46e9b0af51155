import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../sandbox/page/server.ts'
import { hasBrowser, openBrowser, seriousIn, wide } from './page-browser.ts'
import { openPage } from './page-person.ts'
import { open } from './page-tab.ts'

/** What the page's server answers, and whether everybody can use the page: by keyboard, with a screen reader, on a phone. */

let page: Page
beforeAll(async () => {
  const alice = await openPage()
  page = alice.page
  await alice.setUp()
  await alice.say('diagnose analytics-prod from prod-westus3')
  await alice.sees('healthy')
}, 120_000)
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

describe.skipIf(!hasBrowser)('in Chromium', () => {
  const { visit } = openBrowser(() => page)

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
    const person = await visit({ viewport: { width: 390, height: 800 } })
    const { tab } = person
    const overflow = () => tab.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(await overflow()).toBeLessThanOrEqual(0)
    await tab.getByRole('button', { name: 'Show the world' }).click()
    await tab.locator('.network svg').first().waitFor()
    expect(await tab.getByRole('combobox', { name: /Message as/ }).isVisible()).toBe(false)
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await seriousIn(tab)).toEqual([])
    await tab.getByRole('button', { name: 'Show the chat' }).click()
    await tab.getByRole('button', { name: 'Teams' }).click()
    await person.go('approvals')
    await tab.locator('.ac-adaptiveCard').first().waitFor()
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await seriousIn(tab)).toEqual([])
  })
})
