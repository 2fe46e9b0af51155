import type { Browser, Page as Tab } from 'playwright-core'
import { type Page, startPage } from '../sandbox/page/server.ts'
import { chromiumPath, openChromium } from '../scripts/chromium.ts'
import { type Bench, median, milliseconds, type Row } from './bench.ts'

const visits = 5
const messages = 2_000
/** The longest a person waits for the page, and the longest it may stand still, in milliseconds. */
const [paintMs, taskMs] = [1_000, 200]

/** When the page first shows who one is, which is where its use begins: the frame after that. */
const usefulPaint = `new Promise((resolve) => {
  const look = () => document.querySelector('#person') ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look)
  look()
})`
const contentfulPaint = `performance.getEntriesByName('first-contentful-paint')[0].startTime`

/** From the newest message to the oldest and back, a screen in a frame. */
const scrolled = `(async () => {
  const tasks = []
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
  const list = document.querySelector('.messages')
  const frames = []
  let last = performance.now()
  const frame = () => new Promise((resolve) => requestAnimationFrame((now) => { frames.push(now - last); last = now; resolve() }))
  await frame()
  frames.length = 0
  for (const way of [-1, 1])
    for (let at = 0; at < list.scrollHeight; at += list.clientHeight / 2) { list.scrollTop += way * list.clientHeight / 2; await frame() }
  await new Promise((resolve) => setTimeout(resolve, 500))
  return { frame: Math.max(...frames), task: Math.max(0, ...tasks), frames: frames.length, shown: list.querySelectorAll('.message').length }
})()`

interface Scrolled {
  readonly frame: number
  readonly task: number
  readonly frames: number
  readonly shown: number
}

/** The sandbox's page, in Chromium. */
export const pageBench: Bench = {
  name: 'page',
  about: `first useful paint of the sandbox's page, and its longest frame with ${messages.toLocaleString('en')} messages`,
  async run() {
    const executable = chromiumPath()
    if (executable === undefined) return [{ what: 'there is no Chromium', value: 'not measured' }]
    const page = await startPage()
    const browser = await openChromium(executable)
    try {
      return [...(await paints(browser, page)), ...(await smoothness(browser, page))]
    } finally {
      await browser.close()
      await page.close()
    }
  },
}

async function paints(browser: Browser, page: Page): Promise<readonly Row[]> {
  const seen: { readonly contentful: number; readonly useful: number }[] = []
  for (let nth = 0; nth < visits; nth++) {
    const tab = await open(browser)
    await tab.goto(page.url, { waitUntil: 'commit' })
    const useful = Number(await tab.evaluate(usefulPaint))
    seen.push({ useful, contentful: Number(await tab.evaluate(contentfulPaint)) })
    await tab.context().close()
  }
  const worst = Math.max(...seen.map(({ useful }) => useful))
  return [
    { what: 'first contentful paint, median', value: milliseconds(median(seen.map(({ contentful }) => contentful))) },
    { what: 'first useful paint, median', value: milliseconds(median(seen.map(({ useful }) => useful))) },
    atMost('first useful paint, slowest', worst, paintMs),
  ]
}

async function smoothness(browser: Browser, page: Page): Promise<readonly Row[]> {
  const { slack } = page.house.sandbox
  for (let count = 0; count < messages; count++) slack.say('mallory', 'data', `message ${count}`)
  const tab = await open(browser)
  await tab.goto(page.url)
  const earlier = tab.getByRole('button', { name: /Show earlier/ })
  await earlier.waitFor()
  while (await earlier.isVisible()) await earlier.click()
  const scrolling = tab.evaluate(scrolled) as Promise<Scrolled>
  await tab.waitForTimeout(500)
  slack.say('mallory', 'data', 'while it scrolls')
  const { frame, task, frames, shown } = await scrolling
  if (shown <= messages) throw new Error(`The page shows ${shown} messages.`)
  return [
    { what: `frames while all ${messages.toLocaleString('en')} are scrolled and one arrives`, value: String(frames) },
    { what: 'the longest of them', value: milliseconds(frame) },
    atMost('the longest task', task, taskMs),
  ]
}

async function open(browser: Browser): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  return await context.newPage()
}

function atMost(what: string, value: number, most: number): Row {
  return { what, value: milliseconds(value), goal: { text: `at most ${most} ms`, met: value <= most } }
}
