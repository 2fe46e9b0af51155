import type { Group, Person, Place } from '../../../domain/person.ts'
import { type Inline, type Text, utc } from '../../chat/card.ts'

/** Slack's mrkdwn. All text is escaped except our own markup: no name, reason or error can notify somebody, make a link or hide text. */

/** Control characters, bidirectional overrides, invisible characters, halves of surrogate pairs. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu

/** Slack counts Unicode code points. */
export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

/** @param limit code points; what is longer ends in "…", never inside an entity or a mention. */
export function mrkdwn(text: Text, limit: number): string {
  let room = limit - 1
  let result = ''
  for (const inline of typeof text === 'string' ? [text] : text) {
    const piece = typeof inline === 'string' ? literal(inline) : marked(inline)
    const length = lengthOf(piece)
    if (length > room) return `${result}${cut(inline, room)}…`
    result += piece
    room -= length
  }
  return result
}

/** Text of a `plain_text` object, which Slack does not read as markup. */
export function plainText(text: string, limit: number): string {
  const characters = [...text.replace(invisible, '')]
  return characters.length <= limit ? characters.join('') : `${characters.slice(0, limit - 1).join('')}…`
}

/** A block to copy from. */
export function preformatted(lines: readonly string[], limit: number): string {
  const inner = lines.map((line) => escaped(clean(line).replaceAll('`', 'ˋ'))).join('\n')
  return `\`\`\`\n${lengthOf(inner) <= limit - 8 ? inner : '…'}\n\`\`\``
}

function marked(inline: Exclude<Inline, string>): string {
  switch (inline.kind) {
    case 'strong':
      return wrapped('*', clean(inline.text).replaceAll('*', '∗'))
    case 'strike':
      return wrapped('~', clean(inline.text).replaceAll('~', '∼'))
    case 'code':
      return wrapped('`', clean(inline.text).replaceAll('`', 'ˋ'))
    case 'command':
      return wrapped('`', `/privatelink ${clean(inline.words).replaceAll('`', 'ˋ')}`)
    case 'person':
      return personText(inline.person)
    case 'place':
      return placeText(inline.place)
    case 'group':
      return groupText(inline.group)
    case 'time':
      return timeText(inline.at)
  }
}

function wrapped(mark: string, text: string): string {
  return text.trim() === '' ? '' : `${mark}${escaped(text)}${mark}`
}

function personText({ name, accounts }: Person): string {
  const id = accounts.slack
  return id !== undefined && /^[UW][A-Z0-9]+$/.test(id) ? `<@${id}>` : literal(name)
}

function placeText({ surface, id, name }: Place): string {
  if (surface === 'slack' && /^[CG][A-Z0-9]+$/.test(id)) return `<#${id}>`
  const called = name === undefined ? 'its channel' : literal(name)
  return surface === 'slack' ? called : `${called} in Teams`
}

function groupText({ surface, id }: Group): string {
  return surface === 'slack' && /^S[A-Z0-9]+$/.test(id)
    ? `<!subteam^${id}>`
    : `a group of ${surface === 'teams' ? 'Teams' : 'Slack'}`
}

/** Shown in the reader's time zone and language; clients that cannot do that show the fallback in UTC. */
function timeText(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1_000)
  return Number.isFinite(seconds) ? `<!date^${seconds}^{date_short_pretty} {time}|${utc(at)}>` : 'an unknown time'
}

/** Backticks are replaced: one would begin a code span. */
function literal(text: string): string {
  return escaped(clean(text).replaceAll('`', 'ˋ'))
}

function clean(text: string): string {
  return text.replace(invisible, '')
}

/** The only three characters that Slack wants escaped. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The beginning of plain or strong text that fits; nothing of any other kind. */
function cut(inline: Inline, room: number): string {
  if (typeof inline !== 'string')
    return inline.kind === 'strong' ? wrapped('*', unescapedStart(inline.text.replaceAll('*', '∗'), room - 2)) : ''
  return escaped(unescapedStart(inline.replaceAll('`', 'ˋ'), room))
}

/** The beginning of a text that fits once it is escaped. */
function unescapedStart(text: string, room: number): string {
  let left = room
  let result = ''
  for (const character of clean(text)) {
    left -= lengthOf(escaped(character))
    if (left < 0) break
    result += character
  }
  return result
}
