import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Page, startPage } from '../../sandbox/page/server.ts'
import { quick } from './house.ts'
import { hasBrowser, openBrowser, wide } from './page-browser.ts'

/** Each message that is rendered has its time twice: in what a screen reader says, and in what is seen. */
const timesEach = 2

/** Counts from now on, in the page. */
const watchList = `{
  let [times, elements] = [0, 0]
  const written = Date.prototype.toLocaleTimeString
  Date.prototype.toLocaleTimeString = function (...how) { times += 1; return written.apply(this, how) }
  const size = (nodes) => [...nodes].reduce((sum, node) => sum + 1 + (node.querySelectorAll?.('*').length ?? 0), 0)
  const observer = new MutationObserver((records) => {
    for (const { addedNodes, removedNodes } of records) elements += size(addedNodes) + size(removedNodes)
  })
  observer.observe(document.querySelector('.messages'), { childList: true, subtree: true })
  window.seen = () => { Date.prototype.toLocaleTimeString = written; observer.disconnect(); return { times, elements } }
}`

/** What bounds the time to the first useful paint, and how smooth the page is: bytes, requests and nodes. `npm run bench -- page` measures the time. */

let page: Page
beforeAll(async () => {
  page = await startPage({ latencies: quick })
})
afterAll(async () => {
  await page.close()
})

describe.skipIf(!hasBrowser)('in Chromium', () => {
  const { visit } = openBrowser(() => page)

  /** The files that this tab has asked for, with their sizes. */
  function asked(tab: Tab): { readonly paths: string[]; bytes(): Promise<number> } {
    const paths: string[] = []
    const bodies: Promise<Buffer>[] = []
    tab.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (pathname.startsWith('/api/')) return
      paths.push(pathname)
      bodies.push(response.body())
    })
    return { paths, bytes: async () => (await Promise.all(bodies)).reduce((sum, { length }) => sum + length, 0) }
  }

  const cardLibraries = ['/library/adaptivecards.js', '/library/markdown-it.js']

  test('before the page shows who one is, 35 files and 110 kB are loaded, and nothing of Teams’ cards', async () => {
    let files: ReturnType<typeof asked> | undefined
    const person = await visit(wide, (opened) => {
      files = asked(opened)
    })
    const { tab } = person
    const before = [...(files?.paths ?? [])]
    expect(before).toContain('/page/client/main.ts')
    expect(before.length).toBeLessThanOrEqual(35)
    expect(await files?.bytes()).toBeLessThanOrEqual(110_000)
    expect(before.filter((path) => cardLibraries.includes(path))).toEqual([])

    page.house.sandbox.slack.say('mallory', 'data', 'of Slack')
    await tab.locator('.message').first().waitFor()
    await tab.getByRole('button', { name: 'Teams' }).click()
    expect(files?.paths).toEqual(before)
    await person.say('@privatelink help')
    await tab.locator('.ac-adaptiveCard').waitFor()
    expect(files?.paths.slice(before.length).sort()).toEqual(cardLibraries)
  })

  test('what arrives before the browser has drawn anything is shown', async () => {
    // Effects of components that wait for a frame or a timer come too late for it.
    const neverLater = 'window.requestAnimationFrame = () => 0; window.setTimeout = () => 0'
    const { tab } = await visit(wide, (opened) => opened.addInitScript(neverLater))
    expect(await tab.locator('#person').inputValue()).toBe('alice')
  })

  /** How many messages are rendered, and how many elements of the list come or go, until this is shown. */
  async function changedBy(
    tab: Tab,
    what: () => void,
    text: string,
  ): Promise<{ readonly messages: number; readonly elements: number }> {
    await tab.evaluate(watchList)
    what()
    await tab.locator('.message', { hasText: text }).last().waitFor()
    const { times, elements } = (await tab.evaluate('window.seen()')) as { times: number; elements: number }
    return { messages: times / timesEach, elements }
  }

  /** Elements of a message of one line. */
  const most = 12

  test('of 2,000 messages the newest are in the page, and the rest on request', async () => {
    const { slack } = page.house.sandbox
    for (let count = 0; count < 2_000; count++) slack.say('mallory', 'data', `message ${count}`)
    const person = await visit()
    const { tab } = person
    await person.message('message 1999').waitFor()
    const elements = async () => Number(await tab.evaluate('document.querySelectorAll(".messages *").length'))
    expect(await tab.locator('.message').count()).toBe(60)
    expect(await elements()).toBeLessThan(60 * most)
    // Of the one that comes and the one that goes.
    const say = (text: string) => () => void slack.say('mallory', 'data', text)
    const first = await changedBy(tab, say('one more'), 'one more')
    expect(first.messages).toBe(1)
    expect(first.elements).toBeLessThan(2 * most)

    await tab.getByRole('button', { name: /Show earlier/ }).click()
    await tab.locator('.message').nth(359).waitFor()
    expect(await tab.locator('.message').count()).toBe(360)
    expect(await elements()).toBeLessThan(360 * most)
    const second = await changedBy(tab, say('and another'), 'and another')
    expect(second.messages).toBe(1)
    expect(second.elements).toBeLessThan(2 * most)
  })
})
