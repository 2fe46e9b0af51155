import { act } from './act.ts'
import { type Children, html } from './html.ts'
import type { FileShown, Item } from './shapes.ts'

/** A file in a message: a picture as it is, of a text the beginning. Teams asks first whether the person wants it. */
export function File({ item: { id, text, file } }: { item: Item }): Children {
  if (file === undefined) return null
  const said = text === '' ? null : html`<p class="plain">${text}</p>`
  if (file.isOffered === true)
    return html`${said}<${Named} file=${file} />
      <button type="button" class="button" onClick=${() => void act({ do: 'accept-file', item: id })}>Accept the file</button>`
  if (file.url === undefined) return html`${said}<${Named} file=${file} />`
  if (file.preview === undefined) return html`${said}<img class="picture" src=${file.url} alt=${file.alt ?? file.name} />`
  return html`${said}<${Named} file=${file} /><pre class="preview" tabindex="0" aria-label=${`How ${file.name} begins`}>${file.preview}</pre>`
}

function Named({ file: { name, url, bytes } }: { file: FileShown }): Children {
  return html`<p class="file"><span aria-hidden="true">📄</span>
    ${url === undefined ? html`<b>${name}</b>` : html`<a href=${url} target="_blank" rel="noreferrer">${name}</a>`}
    ${bytes === undefined ? null : html`<span class="soft">${size(bytes)}</span>`}</p>`
}

function size(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : `${(bytes / 1_000).toFixed(1)} kB`
}
