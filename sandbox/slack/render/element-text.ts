import { choiceIn, untouched } from '../inputs.ts'
import type { JsonObject } from '../json.ts'
import { isObject, objectOf, stringOf, textIn } from '../json.ts'
import type { InputState } from '../store.ts'
import type { Reader } from './mrkdwn-text.ts'
import { readMrkdwn } from './mrkdwn-text.ts'

/** A text object; plain text has no markup to read. */
export function readText(text: JsonObject | undefined, reader: Reader): string {
  const raw = stringOf(text, 'text') ?? ''
  return text?.type === 'mrkdwn' ? readMrkdwn(raw, reader) : raw
}

/** An element as something to click or to fill in: `[Approve]`, `[westus3 v]`, `(•)`, `[____]`. */
export function renderElement(element: JsonObject, reader: Reader, state: InputState = untouched(element)): string {
  const choice = choiceIn(element, state)
  const picked = (Array.isArray(choice) ? choice : [choice]).filter((one) => one !== null && one !== undefined && one !== '')
  const empty = textIn(element, 'placeholder') ?? '…'
  const labels = picked.map((one) => (isObject(one) ? readText(objectOf(one, 'text'), reader) : String(one)))
  switch (element.type) {
    case 'button':
      return `[${textIn(element, 'text') ?? ''}]`
    case 'overflow':
      return `[⋯ ${options(element, reader).join(' | ')}]`
    case 'image':
      return `(image: ${stringOf(element, 'alt_text') ?? ''})`
    case 'checkboxes':
    case 'radio_buttons':
      return options(element, reader)
        .map((label) => `${labels.includes(label) ? '(x)' : '( )'} ${label}`)
        .join('  ')
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return labels.length > 0 ? `[${labels.join('')}]` : `[${empty}]`
    default:
      return `[${labels.map((label) => (element.type === 'users_select' ? reader.nameOf(label) : label)).join(', ') || empty} ▾]`
  }
}

function options(element: JsonObject, reader: Reader): string[] {
  const list = Array.isArray(element.options) ? element.options.filter(isObject) : []
  return list.map((option) => readText(objectOf(option, 'text'), reader))
}
