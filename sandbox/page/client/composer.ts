import { useEffect, useRef, useState } from 'preact/hooks'
import { act } from './act.ts'
import { completions } from './complete.ts'
import { type Children, html } from './html.ts'
import { placeShown } from './people.ts'
import { useStore } from './state.ts'

/** Where a person types. It offers what may come next: arrows choose, Tab or Enter takes, Escape puts the list away. */

const draftKey = 'privatelink-sandbox-draft'
const fillers = new Set<(line: string) => void>()

/** Writes a line there, and puts the cursor behind it. */
export function compose(line: string): void {
  for (const fill of fillers) fill(line)
}

export function Composer(): Children {
  const { parts, chosen } = useStore()
  const [line, setLine] = useState(sessionStorage.getItem(draftKey) ?? '')
  const [picked, setPicked] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const place = placeShown(parts)
  const prefix = chosen.chat === 'slack' ? '/privatelink' : '@privatelink'
  const offered = isOpen ? completions(line, prefix, parts.words ?? { services: [], networks: [] }).slice(0, 12) : []
  const index = Math.min(picked, offered.length - 1)

  const write = (next: string, open = true) => {
    setLine(next)
    setPicked(0)
    setOpen(open)
    sessionStorage.setItem(draftKey, next)
  }
  useEffect(() => {
    const fill = (next: string) => {
      write(next, false)
      input.current?.focus()
    }
    fillers.add(fill)
    return () => void fillers.delete(fill)
  }, [])

  const send = async () => {
    if (line.trim() === '' || place === undefined) return
    // Emptied at once, so that what is typed meanwhile stays; what was refused comes back.
    write('', false)
    if (!(await act({ do: 'say', text: line, place: place.id })) && sessionStorage.getItem(draftKey) === '') write(line, false)
  }
  const pressed = (event: KeyboardEvent) => {
    const choice = offered[index]
    if (choice !== undefined && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      setPicked((index + (event.key === 'ArrowDown' ? 1 : offered.length - 1)) % offered.length)
    } else if (choice !== undefined && (event.key === 'Tab' || (event.key === 'Enter' && picked > 0)) && !event.shiftKey) {
      event.preventDefault()
      write(choice.line)
    } else if (event.key === 'Escape') setOpen(false)
  }
  const active = offered[index] === undefined ? undefined : `choice-${index}`
  return html`<form class="composer" onSubmit=${(event: Event) => {
    event.preventDefault()
    void send()
  }}>
    ${
      offered.length === 0
        ? null
        : html`<ul id="choices" class="choices" role="listbox" aria-label="What may come next">
      ${offered.map(
        ({ label, hint, line: whole }, each) => html`<li id=${`choice-${each}`} role="option" aria-selected=${each === index}
          onMouseDown=${(event: Event) => {
            event.preventDefault()
            write(whole)
          }}><b>${label}</b> <span class="soft">${hint}</span></li>`,
      )}</ul>`
    }
    <input ref=${input} value=${line} aria-label=${`Message as ${chosen.person}`} role="combobox" aria-expanded=${offered.length > 0}
      aria-controls="choices" aria-autocomplete="list" aria-activedescendant=${active} autocomplete="off" spellcheck=${false}
      placeholder=${`${prefix} setup … or any message`} onKeyDown=${pressed} onBlur=${() => setOpen(false)}
      onInput=${(event: Event) => event.currentTarget instanceof HTMLInputElement && write(event.currentTarget.value)} />
    <button type="submit" class="button primary">Send</button>
  </form>`
}
