import { useEffect, useRef } from 'preact/hooks'
import { act } from './act.ts'
import { type Children, html } from './html.ts'
import type { Dialog } from './shapes.ts'
import { useStore } from './state.ts'
import { type Pressed, TeamsCard } from './teams-card.ts'

/** A dialog of Teams, with the card that the bot sent. */
export function TeamsDialog({ dialog }: { dialog: Dialog }): Children {
  const { notice } = useStore()
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  const close = () => void act({ do: 'close' })
  const press = useRef(({ title, values }: Pressed) => void act({ do: 'submit', label: title, values }))
  return html`<dialog ref=${element} class="modal" aria-labelledby="dialog-title" onCancel=${(event: Event) => {
    event.preventDefault()
    close()
  }}>
    <h2 id="dialog-title">${dialog.title}</h2>
    ${notice === '' ? null : html`<p class="error modal-notice" role="alert">${notice}</p>`}
    <div class="modal-body"><${TeamsCard} card=${dialog.card} press=${press.current} /></div>
    <div class="modal-foot"><button type="button" class="button" onClick=${close}>Close</button></div>
  </dialog>`
}
