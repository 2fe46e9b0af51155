import type { Directory } from '../directory.ts'
import { offered, stateWith } from '../inputs.ts'
import type { JsonObject } from '../json.ts'
import { objectsOf, stringOf, textIn } from '../json.ts'
import type { InputState } from '../store.ts'
import { codePoints } from '../validate/rule.ts'

/** What a person enters: an option by its text or value, text as typed, several as a list, `null` for nothing. */
export type Entry = string | readonly string[] | null

/** The state of an element after this entry. Throws where Slack's client would not let a person enter it. */
export function pick(element: JsonObject, entry: Entry, directory: Directory): InputState {
  const many = entry === null ? [] : typeof entry === 'string' ? [entry] : entry
  const one = typeof entry === 'string' ? entry : undefined
  if (Array.isArray(entry) && !isMultiple(element)) throw new Error(`${String(element.type)} takes one value, not a list`)
  const most = element.max_selected_items
  if (typeof most === 'number' && many.length > most) throw new Error(`only ${most} may be chosen`)
  switch (element.type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return stateWith(element, one === undefined ? null : option(element, one))
    case 'multi_static_select':
    case 'checkboxes':
      return stateWith(
        element,
        many.map((text) => option(element, text)),
      )
    case 'users_select':
      return stateWith(element, one === undefined ? null : user(directory, one))
    case 'multi_users_select':
      return stateWith(
        element,
        many.map((name) => user(directory, name)),
      )
    case 'channels_select':
      return stateWith(element, one === undefined ? null : channel(directory, one))
    default:
      return stateWith(element, one === undefined || one === '' ? null : typed(element, one))
  }
}

function isMultiple(element: JsonObject): boolean {
  return element.type === 'checkboxes' || (stringOf(element, 'type') ?? '').startsWith('multi_')
}

/** By text or value; in groups also as `Group / Option`; of a list that is searched also by the beginning of the only option that matches. */
function option(element: JsonObject, wanted: string): JsonObject {
  const grouped = objectsOf(element, 'option_groups').flatMap((group) =>
    objectsOf(group, 'options').map((one) => ({ name: `${textIn(group, 'label')} / ${textIn(one, 'text')}`, one })),
  )
  const byGroup = grouped.filter(({ name }) => name === wanted).map(({ one }) => one)
  const all = offered(element)
  const found = [...byGroup, ...all.filter((one) => stringOf(one, 'value') === wanted || textIn(one, 'text') === wanted)]
  const begun = element.type === 'external_select' ? all.filter((one) => textIn(one, 'text')?.startsWith(wanted) === true) : []
  const [first, second] = found.length > 0 ? found : begun
  if (first && !second) return first
  const names = all.map((one) => textIn(one, 'text')).join(', ')
  throw new Error(`${found.length} options are "${wanted}"; offered are: ${names}`)
}

function user(directory: Directory, name: string): string {
  const found = directory.user(name)
  if (!found) throw new Error(`${name} is nobody in this workspace`)
  return found.id
}

function channel(directory: Directory, name: string): string {
  const found = directory.channel(directory.workspace.channels[name] ?? name)
  if (!found) throw new Error(`there is no channel ${name}`)
  return found.id
}

function typed(element: JsonObject, text: string): string {
  const { min_length: least, max_length: most } = element
  const length = codePoints(text)
  if (length > 3_000 || (typeof most === 'number' && length > most)) throw new Error(`${length} characters are too long`)
  if (typeof least === 'number' && length < least) throw new Error(`${length} characters are too short`)
  if (element.type === 'plain_text_input' && element.multiline !== true && text.includes('\n'))
    throw new Error('this input has one line')
  if (element.type === 'number_input' && !Number.isFinite(Number(text))) throw new Error(`${text} is not a number`)
  if (element.type === 'email_text_input' && !/^\S+@\S+$/.test(text)) throw new Error(`${text} is not an email address`)
  if (element.type === 'url_text_input' && !URL.canParse(text)) throw new Error(`${text} is not a URL`)
  return text
}
