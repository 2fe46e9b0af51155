import { actions } from '../../domain/request.ts'
import type { Text } from './card.ts'

/** Who answers a form, by the word of its command; `override` runs a request without an approval. */
export const formKinds = [...actions, 'diagnose', 'watch', 'override'] as const
export type FormKind = (typeof formKinds)[number]

/** A form as every chat understands it. Strings are text from outside until a renderer has escaped them, as on a card. */
export interface Form {
  readonly kind: FormKind
  readonly title: string
  /** The label of the button that sends it. */
  readonly submit: string
  readonly parts: readonly FormPart[]
  /** Comes back with what was filled in, and may have been forged on the way. */
  readonly carried: Carried
  /** What to say to somebody to whom the chat cannot show it. */
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
  /** What stands there when there is nothing to choose. */
  readonly empty: string
  /** A change asks for the form anew. */
  readonly refills?: true
  /** Names the list that is offered, where another list may take its place: what was chosen from one is no choice of the other. */
  readonly list?: string
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
  /** By the name of the field; what was left empty is absent. */
  readonly values: Readonly<Record<string, string>>
}

/** By the name of the field, what is wrong with it; `wholeForm` stands for all of it. */
export interface FormProblems {
  readonly problems: Readonly<Record<string, string>>
}

export const wholeForm = 'form'
