import type { types } from '@slack/bolt'
import { type Choice, intervalChoices, longestReason, noServices, type ServiceForm } from '../../answers/service-form.ts'
import { agoText } from '../../cards/duration.ts'
import type { FormKind } from '../../chat/surface.ts'
import { mrkdwn, plainText } from './text.ts'

/** By the word of its command: the callback of a form says what it is about. */
const titles: Readonly<Record<FormKind, { readonly title: string; readonly submit: string }>> = {
  setup: { title: 'Set up Private Link', submit: 'Plan it' },
  allow: { title: 'Allow a service', submit: 'Plan it' },
  revoke: { title: 'Revoke a service', submit: 'Plan it' },
  teardown: { title: 'Tear down Private Link', submit: 'Plan it' },
  diagnose: { title: 'Diagnose a service', submit: 'Look' },
  watch: { title: 'Watch a service', submit: 'Watch it' },
}

/** A select holds at most 100 options, or 100 groups of 100. */
const groupSize = 100

/** The form as a modal. `private_metadata` carries only where the person asked. */
export function formView(form: ServiceForm, now: number): types.ModalView {
  const { kind, organization, services } = form
  return {
    type: 'modal',
    callback_id: kind,
    private_metadata: form.place.id,
    title: plain(titles[kind].title, 24),
    submit: plain(titles[kind].submit, 24),
    close: plain('Cancel', 24),
    blocks: [
      ...(form.notice === undefined ? [] : [note(form.notice)]),
      {
        ...input('organization', 'Organization', select('organization', form.organizations, organization)),
        dispatch_action: true,
      },
      ...serviceBlocks(form, organization, services),
      note(`Services as read ${agoText(form.readAt, now)}.`),
      input('network', 'Network', select('network', form.networks, form.network)),
      ...furtherBlocks(form),
    ],
  }
}

/** The block's id names the organization, so that Slack forgets the choice when another organization is chosen. */
function serviceBlocks(
  { service, organizations }: ServiceForm,
  organization?: string,
  services?: readonly Choice[],
): types.KnownBlock[] {
  if (organization === undefined || services === undefined) return [note('Choose an organization to see its services.')]
  const name = organizations.find(({ value }) => value === organization)?.label ?? 'This organization'
  if (services.length === 0) return [note(noServices(name))]
  return [input(`service:${organization}`, 'Service', select('service', services, service))]
}

/** Only a change needs a reason, and only a watch an interval. */
function furtherBlocks({ kind, reason, every }: ServiceForm): types.KnownBlock[] {
  if (kind === 'diagnose') return []
  return [kind === 'watch' ? input('every', 'How often', select('every', intervalChoices(every), every)) : reasonBlock(reason)]
}

function reasonBlock(reason: string | undefined): types.InputBlock {
  return {
    ...input('reason', 'Reason', {
      type: 'plain_text_input',
      action_id: 'reason',
      multiline: true,
      max_length: longestReason,
      ...(reason !== undefined && reason !== '' && { initial_value: plainText(reason, longestReason) }),
    }),
    optional: true,
    hint: plain('The approvers see it.', 75),
  }
}

function input(blockId: string, label: string, element: types.InputBlock['element']): types.InputBlock {
  return { type: 'input', block_id: blockId, label: plain(label, 75), element }
}

function select(actionId: string, choices: readonly Choice[], chosen: string | undefined): types.StaticSelect {
  const options = choices.map(({ value, label }): types.PlainTextOption => ({ text: plain(label, 75), value }))
  const initial = options.find(({ value }) => value === chosen)
  return {
    type: 'static_select',
    action_id: actionId,
    ...(options.length <= groupSize ? { options } : { option_groups: grouped(options) }),
    ...(initial !== undefined && { initial_option: initial }),
  }
}

/** Groups named after their first and last option. */
function grouped(options: readonly types.PlainTextOption[]) {
  return Array.from({ length: Math.min(100, Math.ceil(options.length / groupSize)) }, (_, index) => {
    const group = options.slice(index * groupSize, (index + 1) * groupSize)
    const [first, last] = [group[0], group.at(-1)].map((option) => plainText(option?.text.text ?? '', 35))
    return { label: plain(`${first} … ${last}`, 75), options: group }
  })
}

function note(text: string): types.KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: mrkdwn(text, 1_000), verbatim: true }] }
}

function plain(text: string, limit: number) {
  return { type: 'plain_text' as const, text: plainText(text, limit), emoji: false }
}
