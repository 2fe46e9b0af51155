import { useState } from 'preact/hooks'
import { act } from './act.ts'
import { Composer } from './composer.ts'
import { TeamsDialog } from './dialog.ts'
import { Guide } from './guide.ts'
import { type Children, html } from './html.ts'
import { Messages } from './messages.ts'
import { placeShown, titled } from './people.ts'
import type { ChatName, Json, Parts } from './shapes.ts'
import { blocksOf } from './slack-blocks.ts'
import { SlackModal } from './slack-form.ts'
import { choose, choosePlace, tell, useStore } from './state.ts'
import { World } from './world.ts'

export function App(): Children {
  const { parts, chosen, isConnected, notice } = useStore()
  if (parts.people === undefined) return html`<p class="starting" role="status">The sandbox is starting…</p>`
  const view = parts.views?.findLast(({ person }) => person === chosen.person)
  const dialog = parts.dialogs?.findLast(({ person }) => person === chosen.person)
  return html`<div class=${`page ${chosen.chat} side-${chosen.side}`}>
    <${Head} parts=${parts} />
    ${isConnected ? null : html`<p class="notice bad" role="alert">The sandbox does not answer. It may have been stopped: run npm start again.</p>`}
    ${notice === '' ? null : html`<p class="notice" role="alert">${notice} <button type="button" class="button" onClick=${() => tell('')}>OK</button></p>`}
    <${Guide} />
    <main class="sides">
      <section class="chat" aria-label=${chosen.chat === 'slack' ? 'Slack' : 'Teams'}><${Places} parts=${parts} /><${Shown} parts=${parts} /></section>
      <section class="world" aria-label="The world"><${World} /></section>
    </main>
    ${chosen.chat === 'slack' && view !== undefined ? html`<${SlackModal} key=${view.id} view=${view} />` : null}
    ${chosen.chat === 'teams' && dialog !== undefined ? html`<${TeamsDialog} key=${dialog.id} dialog=${dialog} />` : null}
  </div>`
}

function Head({ parts }: { parts: Partial<Parts> }): Children {
  const { chosen } = useStore()
  const [isResetting, setResetting] = useState(false)
  const people = (parts.people ?? []).filter(({ chats }) => chats.includes(chosen.chat))
  const person = people.find(({ name }) => name === chosen.person)
  const be = (chat: ChatName) => {
    const isThere = parts.people?.some(({ name, chats }) => name === chosen.person && chats.includes(chat)) === true
    choose({ chat, ...(!isThere && { person: 'alice' }) })
  }
  const reset = async () => {
    setResetting(true)
    await act({ do: 'reset' })
    choose({ person: 'alice', guide: 'on' })
    setResetting(false)
  }
  return html`<header class="head"><h1>Private Link sandbox</h1>
    <div class="group" role="group" aria-label="Chat">${(['slack', 'teams'] as const).map(
      (chat) =>
        html`<button type="button" class="button" aria-pressed=${chosen.chat === chat} onClick=${() => be(chat)}>${titled(chat)}</button>`,
    )}</div>
    <label>You are <select id="person" onChange=${(event: Event) =>
      event.currentTarget instanceof HTMLSelectElement && choose({ person: event.currentTarget.value })}>
      ${people.map(
        ({ name, role, isActive }) =>
          html`<option key=${name} value=${name} selected=${name === chosen.person}>${titled(name)}, ${role}${isActive ? '' : ', account off'}</option>`,
      )}</select></label>
    <button type="button" class="button" aria-pressed=${person?.isActive === false}
      onClick=${() => void act({ do: 'account', name: chosen.person, isActive: person?.isActive === false })}>
      ${person?.isActive === false ? 'Switch the account on' : 'Switch the account off'}</button>
    <button type="button" class="button" disabled=${isResetting} onClick=${() => void reset()}>${isResetting ? 'Starting anew…' : 'Reset'}</button>
    <button type="button" class="button side" onClick=${() => choose({ side: chosen.side === 'chat' ? 'world' : 'chat' })}>
      ${chosen.side === 'chat' ? 'Show the world' : 'Show the chat'}</button>
  </header>`
}

function Places({ parts }: { parts: Partial<Parts> }): Children {
  const { chosen } = useStore()
  const channels = (parts.places ?? []).filter(({ chat, person }) => chat === chosen.chat && person === undefined)
  const mark = chosen.chat === 'slack' ? '#' : ''
  const entries = [
    ...channels.map(({ name }) => ({ key: name, label: `${mark}${name}` })),
    { key: 'direct', label: 'Direct message' },
    ...(chosen.chat === 'slack' ? [{ key: 'home', label: 'Home' }] : []),
  ]
  const go = (key: string) => {
    choosePlace(key)
    if (key === 'home') void act({ do: 'home' })
  }
  return html`<nav class="places" aria-label="Places">${entries.map(
    ({ key, label }) =>
      html`<button type="button" key=${key} class="place" aria-current=${chosen.place[chosen.chat] === key ? 'page' : undefined}
        onClick=${() => go(key)}>${label}</button>`,
  )}</nav>`
}

function Shown({ parts }: { parts: Partial<Parts> }): Children {
  const { chosen } = useStore()
  const last = (parts.toasts ?? []).filter(({ chat, person }) => chat === chosen.chat && person === chosen.person).at(-1)
  const [away, setAway] = useState('')
  const toast =
    last === undefined || last.id === away
      ? null
      : html`<p class=${`toast ${last.isFailure ? 'bad' : ''}`} role="status">${last.text}
          <button type="button" class="button" onClick=${() => setAway(last.id)}>OK</button></p>`
  if (chosen.chat === 'slack' && chosen.place.slack === 'home') {
    const home = parts.homes?.find(({ person }) => person === chosen.person)
    return html`<div class="messages home" tabindex="0" role="region" aria-label="Home">${
      home === undefined
        ? html`<p class="empty">Home is empty. <button type="button" class="button" onClick=${() => void act({ do: 'home' })}>Open it</button></p>`
        : html`<div class="blocks">${blocksOf((home.content.blocks ?? []) as Json[], {
            click: (block, action) => void act({ do: 'click', view: home.id, block, action }),
          })}</div>`
    }</div>${toast}`
  }
  return html`<${Messages} key=${placeShown(parts)?.id} />${toast}<${Composer} />`
}
