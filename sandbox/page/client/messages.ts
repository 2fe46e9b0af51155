import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { act } from './act.ts'
import { File } from './file.ts'
import { type Children, html, memo } from './html.ts'
import { placeShown, titled } from './people.ts'
import type { Item, Json, Place } from './shapes.ts'
import { blocksOf } from './slack-blocks.ts'
import { mrkdwn } from './slack-text.ts'
import { useStore } from './state.ts'
import { type Pressed, TeamsCard } from './teams-card.ts'

/** The messages of the place that is shown, the newest last. Of a long history the end is shown, and the rest when it is asked for. */

const page = 60

export function Messages(): Children {
  const { items, parts, chosen } = useStore()
  const place = placeShown(parts)
  const [count, setCount] = useState(page)
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const all = [...items.values()].filter((item) => isSeen(item, place, chosen.person)).sort((a, b) => a.at - b.at)
  const shown = all.slice(-count)
  useEffect(() => setCount(page), [place?.id])
  useLayoutEffect(() => {
    if (isAtEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight
  })
  const scrolled = () => {
    const { current } = list
    if (current !== null) isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < 60
  }
  return html`<div class="messages" role="log" aria-label="Messages" tabindex="0" ref=${list} onScroll=${scrolled}>
    ${
      all.length > shown.length
        ? html`<button type="button" class="button earlier" onClick=${() => setCount(count + 300)}>
          Show earlier messages (${all.length - shown.length})</button>`
        : null
    }
    ${all.length === 0 ? html`<p class="empty">Nothing was said here yet. Type a command below.</p>` : null}
    ${shown.map((item) => html`<${Message} key=${item.id} item=${item} person=${chosen.person} />`)}
  </div>`
}

function isSeen(item: Item, place: Place | undefined, person: string): boolean {
  return item.place === place?.id && (item.onlyFor === undefined || item.onlyFor === person)
}

const Message = memo(function Message({ item, person }: { item: Item; person: string }): Children {
  const at = new Date(item.at)
  return html`<article class=${`message ${item.chat}`} data-item=${item.id} aria-label=${`${item.by} at ${time(at)}`}>
    <span class=${`face ${item.by}`} aria-hidden="true">${item.by.slice(0, 1).toUpperCase()}</span>
    <div class="said">
      <header><b>${titled(item.by)}</b>${item.by === 'privatelink' ? html` <span class="app">app</span>` : null}
        <time datetime=${at.toISOString()}>${time(at)}</time>
        ${item.isEdited ? html`<span class="soft">edited</span>` : null}
        ${item.onlyFor === undefined ? null : html`<span class="only">only you see this</span>`}</header>
      ${content(item, person)}
    </div>
  </article>`
})

function content(item: Item, person: string): Children {
  const card = item.views?.[person] ?? item.card
  if (item.file !== undefined) return html`<${File} item=${item} />`
  if (card !== undefined) return html`<${Card} item=${item.id} card=${card} asks=${asksForOwn(item, person)} />`
  if (item.blocks === undefined) return html`<p class="plain">${item.chat === 'slack' ? mrkdwn(item.text) : item.text}</p>`
  return html`<div class="blocks">${blocksOf(item.blocks, {
    click: (block, action) => void act({ do: 'click', item: item.id, block, action }),
  })}</div>`
}

/** As Teams' client does: a card says for whom it has views of their own, and such a person's client asks for theirs. */
function asksForOwn({ card, views = {} }: Item, person: string): boolean {
  return typeof card?.refresh === 'object' && views[person] === undefined
}

const Card = memo(function Card({ item, card, asks }: { item: string; card: Json; asks: boolean }): Children {
  const press = ({ title, opensDialog }: Pressed) => void act({ do: opensDialog ? 'open' : 'click', item, label: title })
  return html`<${Refresh} item=${item} asks=${asks} /><${TeamsCard} card=${card} press=${press} />`
})

function Refresh({ item, asks }: { item: string; asks: boolean }): Children {
  useEffect(() => {
    if (asks) void act({ do: 'refresh', item })
  }, [asks])
  return null
}

function time(at: Date): string {
  return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}
