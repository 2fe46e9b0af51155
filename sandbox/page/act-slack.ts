import type { Sandbox } from '../sandbox.ts'
import type { Clickable } from '../slack/driver/action.ts'
import type { Entry } from '../slack/driver/pick.ts'
import type { SearchedEntry } from '../slack/driver/suggest.ts'
import { isObject } from '../slack/json.ts'
import { type Told, text } from './told.ts'

/** What people do in Slack, by the simulated Slack's own driver. Resolves with what the page shows of it at once. */
export async function actInSlack({ slack, botUrl }: Sandbox, told: Told): Promise<object | undefined> {
  const people = slack.driver(`${botUrl}/slack/events`)
  const person = text(told, 'person')
  if (slack.directory.user(person) === undefined) throw new Error(`${person} is not in this Slack.`)
  if (slack.directory.workspace.deactivated?.has(person) === true)
    throw new Error(`The account of ${person} is switched off: Slack has signed them out.`)
  switch (told.do) {
    case 'say': {
      const said = text(told, 'text').trim()
      const place = text(told, 'place')
      const [, words] = /^\/privatelink(?:\s+([\s\S]*))?$/.exec(said) ?? []
      if (said.startsWith('/privatelink')) await people.command(person, words ?? '', { channel: place })
      else if (said.startsWith('/')) throw new Error('This Slack knows only /privatelink.')
      else slack.say(person, place, said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
      return undefined
    }
    case 'home':
      await people.openHome(person)
      return undefined
    case 'click':
      await people.click(person, placeOf(slack, told), (button) => {
        return button.actionId === told.action && button.blockId === told.block
      })
      return undefined
    case 'suggest':
      return { options: await people.suggest(person, viewOf(slack, told), text(told, 'block'), text(told, 'typed')) }
    case 'choose':
      await people.choose(person, placeOf(slack, told), text(told, 'block'), entryOf(told.entry))
      return undefined
    case 'submit': {
      const values = typeof told.values === 'object' && told.values !== null ? Object.entries(told.values) : []
      const entries = Object.fromEntries(values.map(([block, value]) => [block, entryOf(value)]))
      await people.submit(person, viewOf(slack, told), entries)
      return undefined
    }
    case 'close':
      await people.closeModal(person, viewOf(slack, told))
      return undefined
    default:
      throw new Error('Nobody can do that in Slack.')
  }
}

function viewOf(slack: Sandbox['slack'], told: Told) {
  const view = [...slack.views, ...slack.homes].find(({ id }) => id === told.view)
  if (view === undefined) throw new Error('This form is no longer there.')
  return view
}

function placeOf(slack: Sandbox['slack'], told: Told): Clickable {
  if (told.view !== undefined) return viewOf(slack, told)
  const message = [...slack.messages, ...slack.ephemerals].find(({ channel, ts }) => `slack/${channel}/${ts}` === told.item)
  if (message === undefined) throw new Error('This message is no longer there.')
  return message
}

function entryOf(value: unknown): Entry | SearchedEntry {
  if (Array.isArray(value)) return value.map(String)
  if (isObject(value)) return { typed: text(value, 'typed'), value: text(value, 'value') }
  return typeof value === 'string' && value !== '' ? value : null
}
