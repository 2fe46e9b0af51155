import type { CardElementArray, IAdaptiveCard } from '@microsoft/teams.cards'
import {
  type Choice,
  type ChoiceQuery,
  type Form,
  type FormPart,
  formKinds,
  mostOffered,
  type SelectField,
} from '../../chat/form.ts'
import { collectMentions, markdown, plainText } from './text.ts'

/** Titles of dialogs and labels, in UTF-16 units. */
const [longestTitle, longestLabel] = [60, 100]

/** Of a list that is searched, so many choices are there before anything is typed. */
const firstChoices = 20

/** The hidden part of a form, which comes back in the data of a click. */
export interface FormData {
  readonly form: Form['kind']
  readonly carried: Form['carried']
  /** Where it was asked for. */
  readonly place: string
}

export interface Dialog {
  readonly title: string
  readonly height: 'small' | 'medium' | 'large'
  readonly width: 'small' | 'medium' | 'large'
  readonly card: { readonly contentType: 'application/vnd.microsoft.card.adaptive'; readonly content: IAdaptiveCard }
}

/**
 * The form as a dialog. A choice on which others depend is followed by a button that asks for the form anew: a dialog of Teams does not tell of a choice by
 * itself. `problems` are shown at their fields, those of no field first.
 */
export function formDialog(form: Form, place: string, problems: Readonly<Record<string, string>> = {}): Dialog {
  const data: FormData = { form: form.kind, carried: form.carried, place }
  const names = form.parts.flatMap((part) => (part.kind === 'note' ? [] : [part.name]))
  const others = Object.entries(problems).flatMap(([name, problem]) => (names.includes(name) ? [] : [problem]))
  const refills = form.parts.some((part) => part.kind === 'select' && part.refills === true && part.choices.length > 1)
  return dialog(
    form.title,
    [...others.map(warning), ...form.parts.flatMap((part) => elements(form.kind, part, problems))],
    [
      {
        type: 'Action.Submit',
        title: plainText(form.submit, longestLabel),
        style: 'positive',
        data: { ...data, does: 'submit' },
      },
      ...(refills
        ? [
            {
              type: 'Action.Submit' as const,
              title: 'Update the lists',
              data: { ...data, does: 'refill' },
              associatedInputs: 'auto' as const,
            },
          ]
        : []),
    ],
  )
}

export function dialog(
  title: string,
  body: CardElementArray,
  actions: NonNullable<IAdaptiveCard['actions']> = [],
  msteams: IAdaptiveCard['msteams'] = undefined,
): Dialog {
  return {
    title: plainText(title, longestTitle),
    height: 'medium',
    width: 'medium',
    card: {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: {
        type: 'AdaptiveCard',
        version: '1.5',
        body,
        ...(actions.length > 0 && { actions }),
        ...(msteams !== undefined && { msteams }),
      },
    },
  }
}

function elements(kind: Form['kind'], part: FormPart, problems: Readonly<Record<string, string>>): CardElementArray {
  if (part.kind === 'note') return [text(part.text)]
  const problem = problems[part.name]
  const said = problem === undefined ? [] : [warning(problem)]
  const label = plainText(part.label, longestLabel)
  if (part.kind === 'text') {
    return [
      ...said,
      {
        type: 'Input.Text',
        id: part.name,
        label,
        isMultiline: true,
        maxLength: part.longest,
        placeholder: plainText(part.hint, longestLabel),
        ...(part.value !== undefined && { value: plainText(part.value, part.longest) }),
      },
    ]
  }
  if (part.choices.length === 0) return [...said, text(part.empty)]
  const value = part.choices.find((choice) => choice.value === part.chosen)?.value
  const isSearched = part.choices.length > mostOffered
  return [
    ...said,
    {
      type: 'Input.ChoiceSet',
      id: part.name,
      label,
      style: part.choices.length > 10 ? 'filtered' : 'compact',
      choices: (isSearched ? firstOf(part.choices, value) : part.choices).map(inputChoice),
      ...(isSearched && {
        placeholder: `Type to search ${part.choices.length}`,
        'choices.data': { type: 'Data.Query', dataset: datasetOf(kind, part) },
      }),
      ...(value !== undefined && { value }),
    },
  ]
}

/** A choice of a list, also of one that is searched. */
export function inputChoice({ label, value }: Choice): { readonly title: string; readonly value: string } {
  return { title: plainText(label, longestLabel), value }
}

/** By this the client names the list that somebody types into. */
function datasetOf(kind: Form['kind'], { name, list = '' }: SelectField): string {
  return `${kind}:${name}:${list}`
}

/** The list that a dataset names; nothing where it is none of ours. */
export function queryOf(dataset: string, text: string): ChoiceQuery | undefined {
  const [, said, field, list] = /^([a-z]+):([a-z]+):(.*)$/s.exec(dataset) ?? []
  const kind = formKinds.find((known) => known === said)
  return kind === undefined || field === undefined
    ? undefined
    : { kind, field, text, ...(list !== '' && list !== undefined && { list }) }
}

/** What is chosen is always among those that are offered. */
function firstOf(choices: readonly Choice[], chosen: string | undefined): readonly Choice[] {
  const first = choices.slice(0, firstChoices)
  const own = choices.find(({ value }) => value === chosen)
  return own === undefined || first.includes(own) ? first : [own, ...first.slice(1)]
}

function text(words: string): CardElementArray[number] {
  return { type: 'TextBlock', text: markdown(words, collectMentions()), wrap: true, isSubtle: true, size: 'Small' }
}

function warning(words: string): CardElementArray[number] {
  return { type: 'TextBlock', text: markdown(words, collectMentions()), wrap: true, color: 'Attention' }
}
