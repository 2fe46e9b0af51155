import { vi } from 'vitest'
import { type Page, type PageOptions, startPage } from '../../sandbox/page/server.ts'
import type { SlackMessage } from '../../sandbox/slack/store.ts'
import { quick } from './house.ts'

/** Alice at the page without a browser: what she does is sent as the page sends it, and what she sees is read in the simulated Slack. */
export interface PagePerson {
  readonly page: Page
  /** @throws with the page's own words where it refuses */
  act(what: object): Promise<void>
  /** Another person where one is named: each may ask for 20 things a minute that cost calls. */
  say(line: string, person?: string): Promise<void>
  /** The newest text in Slack, whispers to her among it, that has all these words and is newer than the last line that she said. */
  sees(...words: readonly (string | RegExp)[]): Promise<string>
  /** Bob approves what waits for it. */
  approved(): Promise<void>
  /** A healthy connection of analytics-prod. */
  setUp(): Promise<void>
}

const patience = { timeout: 60_000, interval: 100 }

export async function openPage(options: PageOptions = {}): Promise<PagePerson> {
  const page = await startPage({ latencies: quick, ...options })
  const { slack, botUrl } = page.house.sandbox
  const { channels } = slack.directory.workspace
  let known = new Map<string, string>()

  const texts = () =>
    new Map([...slack.messages, ...slack.ephemerals].map((each) => [`${each.channel} ${each.ts}`, slack.render(each, 10_000)]))
  const act = async (what: object) => {
    const response = await fetch(new URL('/api/act', page.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(page.url).origin },
      body: JSON.stringify({ chat: 'slack', person: 'alice', ...what }),
    })
    if (!response.ok) throw new Error(await response.text())
  }
  const say = async (line: string, person = 'alice') => {
    known = texts()
    await act({ do: 'say', person, text: `/privatelink ${line}`, place: channels.data })
  }
  const sees = async (...words: readonly (string | RegExp)[]) => {
    const has = (text: string) => words.every((word) => (typeof word === 'string' ? text.includes(word) : word.test(text)))
    const since = () => [...texts()].filter(([id, text]) => known.get(id) !== text).map(([, text]) => text)
    return await vi
      .waitUntil(() => since().find(has), patience)
      .catch(() => {
        throw new Error(`Alice did not see ${words.join(', ')}, but:\n${since().join('\n\n')}`)
      })
  }
  const approved = async () => {
    const isWaiting = (each: SlackMessage) =>
      each.channel === channels.approvals && slack.render(each).includes('awaiting-approval')
    const card = await slack.until(({ messages }) => messages.findLast(isWaiting), { timeoutMs: patience.timeout })
    await slack.driver(`${botUrl}/slack/events`).click('bob', card, 'Approve')
  }
  return {
    page,
    act,
    say,
    sees,
    approved,
    async setUp() {
      await say('setup analytics-prod in prod-westus3')
      await approved()
      await sees('· done')
    },
  }
}
