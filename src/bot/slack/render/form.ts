import type { types } from '@slack/bolt'
import type { Carried, Choice, Form, FormPart, SelectField, TextField } from '../../chat/form.ts'
import { mrkdwn, plainText } from './text.ts'

/**
 * Slack's limits: https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element. Above 250 kB of
 * JSON a view is refused (`view_too_large`); some room is left for what Slack counts besides.
 */
const limits = { title: 24, label: 75, note: 2_000, group: 100, view: 240_000 }

/** A select holds at most 100 options, or 100 groups of 100. */
const mostChoices = limits.group * limits.group

/** The form as a modal; `callback_id` is its kind. Lists that would make it too large hold their first choices, and the chosen one. */
export function formView(form: Form, channel: string): types.ModalView {
  const longest = Math.max(0, ...form.parts.map((part) => (part.kind === 'select' ? part.choices.length : 0)))
  let most = Math.min(longest, mostChoices)
  let view = viewWith(form, channel, most)
  for (let bytes = bytesOf(view); bytes > limits.view && most > 1; bytes = bytesOf(view)) {
    most = Math.max(1, Math.floor((most * limits.view * 0.95) / bytes))
    view = viewWith(form, channel, most)
  }
  return view
}

function bytesOf(view: types.ModalView): number {
  return Buffer.byteLength(JSON.stringify(view))
}

/** `most`: how many choices a list holds. */
function viewWith(form: Form, channel: string, most: number): types.ModalView {
  return {
    type: 'modal',
    callback_id: form.kind,
    private_metadata: hiddenPart(channel, form.carried),
    title: plain(form.title, limits.title),
    submit: plain(form.submit, limits.title),
    close: plain('Cancel', limits.title),
    blocks: form.parts.flatMap((part) => block(part, most)),
  }
}

/** The channel for the answer and the carried values, as JSON; the channel alone where nothing is carried, so that older versions can read it. */
function hiddenPart(channel: string, carried: Carried): string {
  return Object.keys(carried).length === 0 ? channel : JSON.stringify({ channel, carried })
}

function block(part: FormPart, most: number): types.KnownBlock[] {
  switch (part.kind) {
    case 'note':
      return [note(part.text)]
    case 'select': {
      const { choices, chosen, empty } = part
      if (choices.length === 0) return [note(empty)]
      const left = choices.length - most
      const shown = left > 0 ? firstOf(choices, most, chosen) : choices
      const rest = left > 0 ? [note(`The first ${most} of ${choices.length}: name others in the command.`)] : []
      return [selectBlock({ ...part, choices: shown }), ...rest]
    }
    case 'text':
      return [textBlock(part)]
  }
}

/** The chosen one is among them, so that the form opens with it. */
function firstOf(choices: readonly Choice[], most: number, chosen: string | undefined): readonly Choice[] {
  const first = choices.slice(0, most)
  const own = choices.find(({ value }) => value === chosen)
  return own === undefined || first.includes(own) ? first : [own, ...first.slice(0, -1)]
}

/** The block's id names the list: with another id Slack forgets the choice that was made from another list. */
function selectBlock({ name, label, choices, chosen, list, refills }: SelectField): types.InputBlock {
  return {
    ...input(list === undefined ? name : `${name}:${list}`, label, select(name, choices, chosen)),
    ...(refills === true && { dispatch_action: true }),
  }
}

function textBlock({ name, label, hint, value, longest, optional }: TextField): types.InputBlock {
  return {
    ...input(name, label, {
      type: 'plain_text_input',
      action_id: name,
      multiline: true,
      max_length: longest,
      ...(value !== undefined && { initial_value: plainText(value, longest) }),
    }),
    ...(optional === true && { optional: true }),
    hint: plain(hint, limits.label),
  }
}

function input(blockId: string, label: string, element: types.InputBlock['element']): types.InputBlock {
  return { type: 'input', block_id: blockId, label: plain(label, limits.label), element }
}

function select(actionId: string, choices: readonly Choice[], chosen: string | undefined): types.StaticSelect {
  const options = choices.map(({ value, label }): types.PlainTextOption => ({ text: plain(label, limits.label), value }))
  const initial = options.find(({ value }) => value === chosen)
  return {
    type: 'static_select',
    action_id: actionId,
    ...(options.length <= limits.group ? { options } : { option_groups: grouped(options) }),
    ...(initial !== undefined && { initial_option: initial }),
  }
}

/** Groups named after their first and last option. */
function grouped(options: readonly types.PlainTextOption[]) {
  return Array.from({ length: Math.min(limits.group, Math.ceil(options.length / limits.group)) }, (_, index) => {
    const group = options.slice(index * limits.group, (index + 1) * limits.group)
    const [first, last] = [group[0], group.at(-1)].map((option) => plainText(option?.text.text ?? '', 35))
    return { label: plain(`${first} … ${last}`, limits.label), options: group }
  })
}

function note(text: string): types.KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: mrkdwn(text, limits.note), verbatim: true }] }
}

function plain(text: string, limit: number) {
  return { type: 'plain_text' as const, text: plainText(text, limit), emoji: false }
}
