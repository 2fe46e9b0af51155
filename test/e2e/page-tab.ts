import type { Locator, Page as Tab } from 'playwright-core'
import { vi } from 'vitest'

/** A person at the page, in words of what is seen there. */
export interface Visitor {
  readonly tab: Tab
  be(name: string): Promise<void>
  go(place: string): Promise<void>
  /** Types it, and sends it. */
  say(line: string): Promise<void>
  /** The newest message with all these words. */
  message(...words: readonly string[]): Locator
  /** Switches a fault on or off. */
  flip(key: string): Promise<void>
}

export function visitor(tab: Tab): Visitor {
  return {
    tab,
    async be(name) {
      await tab.locator('#person').selectOption(name)
    },
    async go(place) {
      await tab.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: place }).click()
    },
    async say(line) {
      const input = tab.getByRole('combobox', { name: /Message as/ })
      await input.fill(line)
      await tab.getByRole('button', { name: 'Send' }).click()
      await vi.waitUntil(async () => (await input.inputValue()) === '', { timeout: 10_000 })
    },
    message(...words) {
      const all = tab.locator('.message')
      return words.reduce((found, word) => found.filter({ hasText: word }), all).last()
    },
    async flip(key) {
      await open(tab)
      const toggle = tab.locator(`[data-fault="${key}"]`)
      const was = await toggle.getAttribute('aria-checked')
      await toggle.click()
      await tab.locator(`[data-fault="${key}"][aria-checked="${was === 'true' ? 'false' : 'true'}"]`).waitFor()
    },
  }
}

/** Opens everything that can be folded. */
export async function open(tab: Tab): Promise<void> {
  await tab.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
}
