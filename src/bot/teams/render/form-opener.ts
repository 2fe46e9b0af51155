import type { IAdaptiveCard } from '@microsoft/teams.cards'
import type { Form } from '../../chat/form.ts'
import type { FormData } from './form.ts'
import { collectMentions, markdown, plainText } from './text.ts'

/** A message with a button that opens the form, with what was said already. */
export function formOpener({ kind, title, carried, parts }: Form, place: string): IAdaptiveCard {
  const given = parts.flatMap((part): readonly (readonly [string, string])[] => {
    const value = part.kind === 'select' ? part.chosen : part.kind === 'text' ? part.value : undefined
    return part.kind === 'note' || value === undefined ? [] : [[part.name, value]]
  })
  const data: FormData = { form: kind, carried, place }
  return {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [
      { type: 'TextBlock', text: markdown(`${title}: something is missing.`, collectMentions()), wrap: true },
      {
        type: 'ActionSet',
        actions: [
          {
            type: 'Action.Submit',
            title: plainText('Fill in the form', 75),
            style: 'positive',
            data: { ...data, does: 'open', values: Object.fromEntries(given), msteams: { type: 'task/fetch' } },
          },
        ],
      },
    ],
  }
}
