import type { Group, Person, Place } from '../../../domain/person.ts'
import type { Inline, Text } from '../../chat/card.ts'

/** The Markdown of Adaptive Cards in Teams. Whatever is not markup of ours is escaped: no name, reason or error can ping, link or format anything. */

/** Control characters, bidirectional overrides, invisible characters, halves of surrogate pairs. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu

/** What Markdown, entities, mentions (`<at>`) and functions (`{{DATE(…)}}`) begin or end with. */
const special = /[\\`*_{}[\]<>&~|]/g

/** What makes a heading, a quotation or a list at the beginning of a line. */
const lineStart = /^(\s*)(#|>|[-+](?=\s)|\d+(?=[.)]\s))/

/** Longest text of one element, in UTF-16 units. */
const longestText = 4_000

/** `<at>Bob Builder</at>` in a text pings only together with an entity of the same text. */
export interface Mention {
  readonly type: 'mention'
  readonly text: string
  readonly mentioned: { readonly id: string; readonly name: string }
}

/** The mentions of one card. Two people of one name get different texts. */
export interface Mentions {
  textOf(person: Person): string
  readonly entities: readonly Mention[]
}

export function collectMentions(): Mentions {
  const entities: Mention[] = []
  return {
    entities,
    textOf({ name, accounts }) {
      const id = accounts.teams
      if (id === undefined || !/^[\w:.-]+$/.test(id)) return escaped(name)
      const known = entities.find(({ mentioned }) => mentioned.id === id)
      if (known !== undefined) return known.text
      const label = name.replace(invisible, '').replace(special, '').trim() || 'somebody'
      const namesakes = entities.filter(({ mentioned }) => mentioned.name === label).length
      const text = `<at>${namesakes === 0 ? label : `${label} (${namesakes + 1})`}</at>`
      entities.push({ type: 'mention', text, mentioned: { id, name: label } })
      return text
    },
  }
}

/** What is longer than an element holds ends in "…", never inside a mark or a mention. */
export function markdown(text: Text, mentions: Mentions): string {
  let result = ''
  for (const inline of typeof text === 'string' ? [text] : text) {
    const piece = typeof inline === 'string' ? escaped(inline) : marked(inline, mentions)
    if (result.length + piece.length > longestText) {
      const room = longestText - result.length - 1
      result += `${typeof inline === 'string' ? escaped(shortened(inline, Math.floor(room / 2))) : ''}…`
      break
    }
    result += piece
  }
  return result.replace(lineStart, '$1\\$2')
}

/** Text that no client reads as Markdown: titles of actions, summaries. */
export function plainText(text: string, limit: number): string {
  return shortened(text.replace(invisible, ''), limit)
}

/** The same in lines. */
export function plainLines(lines: readonly string[], limit: number): string {
  return shortened(lines.map((line) => line.replace(invisible, '')).join('\n'), limit)
}

function marked(inline: Exclude<Inline, string>, mentions: Mentions): string {
  switch (inline.kind) {
    case 'strong':
      return bold(inline.text)
    case 'command':
      return bold(inline.words)
    // Teams knows neither code nor crossed out text inside a line.
    case 'strike':
    case 'code':
      return escaped(inline.text)
    case 'person':
      return mentions.textOf(inline.person)
    case 'place':
      return placeText(inline.place)
    case 'group':
      return groupText(inline.group)
    case 'time':
      return timeText(inline.at)
  }
}

function bold(text: string): string {
  const inner = escaped(text).trim()
  return inner === '' ? '' : `**${inner}**`
}

/** Teams cannot show a channel by its id alone, so that it is called as the configuration does. */
function placeText({ surface, name }: Place): string {
  const called = name === undefined ? 'its channel' : escaped(name)
  return surface === 'teams' ? called : `${called} in Slack`
}

function groupText({ surface }: Group): string {
  return `a group of ${surface === 'teams' ? 'Teams' : 'Slack'}`
}

/** In the reader's own time zone and language: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features */
function timeText(at: string): string {
  const moment = new Date(at)
  if (Number.isNaN(moment.getTime())) return 'an unknown time'
  const seconds = `${moment.toISOString().slice(0, 19)}Z`
  return `{{DATE(${seconds}, SHORT)}} {{TIME(${seconds})}}`
}

function escaped(text: string): string {
  return text.replace(invisible, '').replace(special, '\\$&')
}

/** By whole characters. */
function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text
  let result = ''
  for (const character of text) {
    if (result.length + character.length > limit - 1) break
    result += character
  }
  return `${result}…`
}
