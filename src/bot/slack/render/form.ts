import type { types } from '@slack/bolt'
import {
  type Carried,
  type Choice,
  type Form,
  type FormPart,
  mostOffered,
  type SelectField,
  type TextField,
} from '../../chat/form.ts'
import { mrkdwn, plainText } from './text.ts'

/**
 * Slack's limits: https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element. Above 250 kB of
 * JSON a view is refused (`view_too_large`), which lists of at most 100 options do not reach.
 */
const limits = { title: 24, label: 75, note: 2_000 }

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

/** The choices as a list that is searched shows them. */
export function optionsOf(choices: readonly Choice[]): types.PlainTextOption[] {
  return choices.map(({ value, label }) => ({ text: plain(label, limits.label), value }))
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

/** The list that a block's id names, where it names one. */
export function listIn(blockId: string): string | undefined {
  const [, list] = /^[^:]+:(.+)$/.exec(blockId) ?? []
  return list
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

/** A long list is searched: Slack asks for what matches, also before anything is typed. */
function select(
  actionId: string,
  choices: readonly Choice[],
  chosen: string | undefined,
): types.StaticSelect | types.ExternalSelect {
  const [initial] = optionsOf(choices.filter(({ value }) => value === chosen))
  const common = { action_id: actionId, ...(initial !== undefined && { initial_option: initial }) }
  if (choices.length <= mostOffered) return { type: 'static_select', ...common, options: optionsOf(choices) }
  const placeholder = plain(`Type to search ${choices.length}`, limits.label)
  return { type: 'external_select', ...common, placeholder, min_query_length: 0 }
}

function note(text: string): types.KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: mrkdwn(text, limits.note), verbatim: true }] }
}

function plain(text: string, limit: number) {
  return { type: 'plain_text' as const, text: plainText(text, limit), emoji: false }
}
