import { useEffect, useRef, useState } from 'preact/hooks'
import { answerTo } from './act.ts'
import { type Children, html } from './html.ts'
import type { Json } from './shapes.ts'
import { plainOf } from './slack-text.ts'

/**
 * A list of Slack whose options the app gives for what somebody types (`external_select`). Arrows choose, Enter takes, Escape puts the list away; what was
 * typed and not chosen is gone when one leaves, as in Slack.
 */

export interface Choice {
  readonly value: string
  readonly text: string
}

/** The chosen option, and what was typed to have it offered. */
export interface Chosen {
  readonly typed: string
  readonly value: string
}

interface Props {
  readonly view: string
  readonly block: string
  readonly label: string
  readonly placeholder: string
  readonly initial: Choice | undefined
  /** Attributes of the field. */
  readonly common: Json
  readonly onChosen: (chosen: Chosen) => void
}

/** How long to wait for the next letter before the app is asked, in milliseconds. */
const pauseMs = 120

export const choicesOf = (value: unknown): readonly Choice[] =>
  (Array.isArray(value) ? value : []).map((each: Json) => ({ value: String(each.value), text: plainOf(each.text) }))

export function Combobox({ view, block, label, placeholder, initial, common, onChosen }: Props): Children {
  const [line, setLine] = useState(initial?.text ?? '')
  const [chosen, setChosen] = useState<(Choice & Chosen) | undefined>(undefined)
  const [offered, setOffered] = useState<readonly Choice[] | undefined>(undefined)
  const [picked, setPicked] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const asking = useRef(0)
  const answers = useRef(new Map<string, readonly Choice[]>())
  const asked = useRef('')
  const id = String(common.id)

  const ask = (typed: string) => {
    const turn = ++asking.current
    setTimeout(async () => {
      if (turn !== asking.current) return
      const found = answers.current.get(typed) ?? choicesOf((await answerTo({ do: 'suggest', view, block, typed }))?.options)
      if (found.length > 0) answers.current.set(typed, found)
      if (turn !== asking.current) return
      asked.current = typed
      setPicked(0)
      setOffered(found)
    }, pauseMs)
  }
  const close = () => {
    asking.current += 1
    setOffered(undefined)
  }
  const take = (choice: Choice) => {
    const next = { typed: asked.current, value: choice.value }
    setChosen({ ...choice, ...next })
    setLine(choice.text)
    close()
    onChosen(next)
  }
  const leave = () => {
    close()
    setLine(chosen?.text ?? initial?.text ?? '')
  }
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [picked, offered])

  const pressed = (event: KeyboardEvent) => {
    const { length = 0 } = offered ?? {}
    const choice = offered?.[picked]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (offered === undefined) ask('')
      else if (length > 0) setPicked((picked + (event.key === 'ArrowDown' ? 1 : length - 1)) % length)
    } else if (event.key === 'Enter' && choice !== undefined) {
      event.preventDefault()
      take(choice)
    } else if (event.key === 'Escape' && offered !== undefined) {
      // The dialog stays open.
      event.preventDefault()
      leave()
    }
  }
  return html`<div class="combobox">
    <input ...${common} value=${line} data-typed=${chosen?.typed} data-value=${chosen?.value ?? ''} role="combobox"
      aria-expanded=${offered !== undefined} aria-controls=${`${id}-list`} aria-autocomplete="list"
      aria-activedescendant=${offered?.[picked] === undefined ? undefined : `${id}-${picked}`}
      autocomplete="off" spellcheck=${false} placeholder=${placeholder} onKeyDown=${pressed} onBlur=${leave}
      onClick=${() => offered === undefined && ask('')}
      onInput=${(event: Event) => {
        if (!(event.currentTarget instanceof HTMLInputElement)) return
        setLine(event.currentTarget.value)
        ask(event.currentTarget.value)
      }} />
    <ul id=${`${id}-list`} ref=${list} class="choices" role="listbox" aria-label=${label} hidden=${!offered?.length}>
      ${(offered ?? []).map(
        ({ value, text }, each) => html`<li id=${`${id}-${each}`} key=${value} role="option" aria-selected=${each === picked}
          onMouseDown=${(event: Event) => {
            event.preventDefault()
            take({ value, text })
          }}>${text}</li>`,
      )}</ul>
    <small role="status">${offered?.length === 0 ? 'Nothing matches.' : ''}</small>
  </div>`
}
