import { actions } from '../../domain/request.ts'
import type { Text } from './card.ts'

/** The kinds of forms: the command that a form completes; `override`, which runs a request without an approval; the reason of a `fix` or an `undo`. */
export const formKinds = [...actions, 'diagnose', 'watch', 'override', 'fix', 'undo'] as const
export type FormKind = (typeof formKinds)[number]

/** A form as every chat understands it. Strings are text from outside until a renderer has escaped them, as on a card. */
export interface Form {
  readonly kind: FormKind
  readonly title: string
  /** The label of the button that sends it. */
  readonly submit: string
  readonly parts: readonly FormPart[]
  /** Returned with the filled form. It may be forged. */
  readonly carried: Carried
  /** Shown where the chat cannot open the form. */
  readonly instead: Text
}

/** Up to ten short values. */
export type Carried = Readonly<Record<string, string>>

export type FormPart = { readonly kind: 'note'; readonly text: string } | SelectField | TextField

export interface SelectField {
  readonly kind: 'select'
  readonly name: string
  readonly label: string
  readonly choices: readonly Choice[]
  /** The value of one of the choices. */
  readonly chosen?: string
  /** Shown in place of the list when there are no choices. */
  readonly empty: string
  /** After a choice the form is asked for again: other lists depend on it. */
  readonly refills?: true
  /** Names the offered list, where another list can replace it: a choice from one list is not kept for another. */
  readonly list?: string
}

/** A list of more choices than this is searched as one types: chats offer no longer ones. */
export const mostOffered = 100

/** What somebody types into a list of a form that is open. Anybody may have written it. */
export interface ChoiceQuery {
  readonly kind: FormKind
  /** The name of the field. */
  readonly field: string
  /** As `SelectField.list`. */
  readonly list?: string
  readonly text: string
}

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface TextField {
  readonly kind: 'text'
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly value?: string
  /** In code points. */
  readonly longest: number
  readonly optional?: true
}

export interface FilledForm {
  readonly kind: FormKind
  readonly carried: Carried
  /** By the name of the field; an empty field is absent. */
  readonly values: Readonly<Record<string, string>>
}

/** What is wrong, by the name of the field; under `wholeForm` what is wrong with all of it. */
export interface FormProblems {
  readonly problems: Readonly<Record<string, string>>
}

export const wholeForm = 'form'
