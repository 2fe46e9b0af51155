import { type Card, type Inline, type Text, words } from '../../src/bot/chat/card.ts'
import type { Surface } from '../../src/domain/person.ts'

/** Text from outside that would notify, link, format or hide something if a chat took it for markup. */
export const hostileTexts: readonly string[] = [
  '<!channel> <!here> <!everyone> <@U02BOB> <!subteam^S0NETSEC> <#C012ABC>',
  '@everyone @channel <at>x</at>',
  '<https://evil.example|the plan> [x](http://evil.example) ![x](http://evil.example/x.png) http://evil.example',
  '*bold* _italic_ ~struck~ **strong** `code` ```block``` # heading > quote - item 1. item',
  'a `backtick * star _ line ~ wave',
  '&lt;!channel&gt; &amp; {{DATE(2026-01-01T00:00:00Z, SHORT)}}',
  'left\u202Eright\u2066in\u2069 zero\u200Bwidth\uFEFF bell\u0007 null\u0000 escape\u001B[31m tab\tend \uD800',
]

/** What is left of a text when marks, their look-alikes, spaces and invisible characters are taken away: what a reader has to see of hostile text. */
export function legible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\s*_~`∗∼ˋ]/gu, '')
}

/** The text in every inline kind. `readable` is false where the kind shows words of the chat in place of it. */
export function hostileInlines(
  text: string,
  surface: Surface,
): readonly { readonly kind: string; readonly inline: Inline; readonly readable: boolean }[] {
  const person = { key: 'hostile', name: text }
  return [
    { kind: 'plain', inline: text, readable: true },
    ...(['strong', 'code', 'strike'] as const).map((kind) => ({ kind, inline: { kind, text }, readable: true })),
    { kind: 'command', inline: { kind: 'command', words: text }, readable: true },
    { kind: 'person', inline: { kind: 'person', person: { ...person, accounts: {} } }, readable: true },
    {
      kind: 'person with a hostile account',
      inline: { kind: 'person', person: { ...person, accounts: { [surface]: text } } },
      readable: true,
    },
    { kind: 'group', inline: { kind: 'group', group: { surface, id: text } }, readable: false },
    { kind: 'place', inline: { kind: 'place', place: { surface, id: text, name: text } }, readable: true },
    { kind: 'time', inline: { kind: 'time', at: text }, readable: false },
  ]
}

/** The inline between two words that have to stay readable. */
export function between(inline: Inline): Text {
  return words`before ${inline} after`
}

/** The text wherever a card holds a string. */
export function hostileCard(text: string): Card {
  return {
    summary: text,
    parts: [
      { kind: 'title', text },
      { kind: 'heading', text },
      { kind: 'text', text },
      { kind: 'note', text },
      { kind: 'lines', lines: [text, 'a line of ours'] },
      { kind: 'code', lines: [text, 'a line to copy'] },
    ],
    buttons: [{ verb: 'approve', label: text, id: text.slice(0, 100), digest: text.slice(0, 100) }],
  }
}
