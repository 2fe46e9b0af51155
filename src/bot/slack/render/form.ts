import type { types } from '@slack/bolt'
import type { Carried, Choice, Form, FormPart, SelectField, TextField } from '../../chat/form.ts'
import { mrkdwn, plainText } from './text.ts'

/** Slack's limits: https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
const limits = { title: 24, label: 75, note: 2_000, group: 100 }

/** The form as a modal; `callback_id` is its kind. */
export function formView(form: Form, channel: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: form.kind,
    private_metadata: hiddenPart(channel, form.carried),
    title: plain(form.title, limits.title),
    submit: plain(form.submit, limits.title),
    close: plain('Cancel', limits.title),
    blocks: form.parts.map(block),
  }
}

/** The channel for the answer and the carried values, as JSON; the channel alone where nothing is carried, so that older versions can read it. */
function hiddenPart(channel: string, carried: Carried): string {
  return Object.keys(carried).length === 0 ? channel : JSON.stringify({ channel, carried })
}

function block(part: FormPart): types.KnownBlock {
  switch (part.kind) {
    case 'note':
      return note(part.text)
    case 'select':
      return part.choices.length === 0 ? note(part.empty) : selectBlock(part)
    case 'text':
      return textBlock(part)
  }
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

/** A select holds at most 100 options, or 100 groups of 100. */
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
