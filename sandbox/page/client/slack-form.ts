import { useEffect, useRef } from 'preact/hooks'
import { act } from './act.ts'
import { type Choice, type Chosen, Combobox, choicesOf } from './combobox.ts'
import { type Children, html } from './html.ts'
import type { Json, View } from './shapes.ts'
import { blocksOf } from './slack-blocks.ts'
import { plainOf } from './slack-text.ts'
import { useStore } from './state.ts'

/** A modal of Slack as the browser's own dialog, which keeps the focus inside and closes on Escape. */
export function SlackModal({ view }: { view: View }): Children {
  const { notice } = useStore()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const close = () => void act({ do: 'close', view: view.id })
  const submit = (event: Event) => {
    event.preventDefault()
    if (event.currentTarget instanceof HTMLFormElement)
      void act({ do: 'submit', view: view.id, values: valuesIn(event.currentTarget) })
  }
  const { title, submit: send, close: leave, blocks } = view.content
  return html`<dialog ref=${dialog} class="modal" aria-labelledby="modal-title" onCancel=${(event: Event) => {
    event.preventDefault()
    close()
  }}>
    <form onSubmit=${submit} noValidate>
      <h2 id="modal-title">${plainOf(title)}</h2>
      ${notice === '' ? null : html`<p class="error modal-notice" role="alert">${notice}</p>`}
      <div class="modal-body">${blocksOf((blocks ?? []) as Json[], {
        click: (block, action) => void act({ do: 'click', view: view.id, block, action }),
        input: (block, element) => field(view, block, element),
      })}</div>
      <div class="modal-foot">
        <button type="button" class="button" onClick=${close}>${plainOf(leave) || 'Close'}</button>
        ${send === undefined ? null : html`<button type="submit" class="button primary">${plainOf(send)}</button>`}
      </div>
    </form>
  </dialog>`
}

/** By the id of the block; what is named like a field is one. A list that is searched and was left alone is not named: it keeps what it holds. */
function valuesIn(form: HTMLFormElement): Record<string, string | string[] | Chosen> {
  const values: Record<string, string | string[] | Chosen> = {}
  for (const element of form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>('[data-block]')) {
    const { block = '', typed, value } = element.dataset
    if (value !== undefined) {
      if (typed !== undefined) values[block] = { typed, value }
    } else if (element instanceof HTMLSelectElement && element.multiple)
      values[block] = [...element.selectedOptions].map(({ value }) => value)
    else if (element instanceof HTMLInputElement && element.type === 'checkbox') {
      const known = values[block]
      values[block] = [...(Array.isArray(known) ? known : []), ...(element.checked ? [element.value] : [])]
    } else values[block] = element.value
  }
  return values
}

function field(view: View, block: Json, element: Json): Children {
  const blockId = String(block.block_id)
  const id = `field-${blockId}`
  const error = view.errors[blockId]
  const label = plainOf(block.label ?? block.text ?? element.placeholder)
  const hint = plainOf(block.hint)
  const described = [error === undefined ? '' : `${id}-error`, hint === '' ? '' : `${id}-hint`].filter((each) => each !== '')
  const common = {
    id,
    'data-block': blockId,
    'aria-invalid': error !== undefined,
    ...(described.length > 0 && { 'aria-describedby': described.join(' ') }),
  }
  return html`<label for=${id}>${label}${block.optional === true ? html` <small>(optional)</small>` : null}</label>
    ${control(view, block, element, common)}
    ${hint === '' ? null : html`<small id=${`${id}-hint`} class="hint">${hint}</small>`}
    ${error === undefined ? null : html`<p id=${`${id}-error`} class="error" role="alert">${error}</p>`}`
}

function control(view: View, block: Json, element: Json, common: Json): Children {
  const tells = block.type !== 'input' || block.dispatch_action === true
  const tell = (entry: string | Chosen) => {
    if (tells) void act({ do: 'choose', view: view.id, block: String(block.block_id), entry })
  }
  const chosen = (event: Event) => {
    if (event.currentTarget instanceof HTMLSelectElement) tell(event.currentTarget.value)
  }
  const initial = (element.initial_option as Json | undefined)?.value
  const many = (Array.isArray(element.initial_options) ? element.initial_options : []).map(({ value }: Json) => value)
  const groups = (Array.isArray(element.option_groups) ? element.option_groups : []) as Json[]
  const item = ({ value, text }: Choice) =>
    html`<option key=${value} value=${value} selected=${value === initial || many.includes(value)}>${text}</option>`
  switch (element.type) {
    case 'static_select':
    case 'multi_static_select':
    case 'radio_buttons':
      return html`<select ...${common} multiple=${element.type === 'multi_static_select'} onChange=${chosen}>
        ${initial === undefined && element.type !== 'multi_static_select' ? html`<option value="">Choose…</option>` : null}
        ${choicesOf(element.options).map(item)}
        ${groups.map((group) => html`<optgroup label=${plainOf(group.label)}>${choicesOf(group.options).map(item)}</optgroup>`)}
      </select>`
    case 'external_select':
      return html`<${Combobox} view=${view.id} block=${String(block.block_id)} label=${plainOf(block.label)} common=${common}
        placeholder=${plainOf(element.placeholder)} initial=${choicesOf([element.initial_option].filter(Boolean))[0]} onChosen=${tell} />`
    case 'checkboxes':
      return choicesOf(element.options).map(
        ({ value, text }) => html`<label class="check"><input type="checkbox" ...${common} id=${undefined} value=${value}
          checked=${many.includes(value)} /> ${text}</label>`,
      )
    default:
      return element.multiline === true
        ? html`<textarea ...${common} rows="3" maxlength=${element.max_length} defaultValue=${element.initial_value ?? ''}></textarea>`
        : html`<input ...${common} maxlength=${element.max_length} defaultValue=${element.initial_value ?? ''} />`
  }
}
