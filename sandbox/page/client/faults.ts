import { useEffect, useState } from 'preact/hooks'
import { act } from './act.ts'
import { type Children, html } from './html.ts'
import type { FaultLine, Faults as Shown } from './shapes.ts'
import { useStore } from './state.ts'

/** The switches of the faults, and the training. */
export function Faults(): Children {
  const { faults } = useStore().parts
  if (faults === undefined) return null
  const active = faults.groups.flatMap((group) => group.faults).filter(({ isOn }) => isOn)
  return html`<section class="panel" aria-labelledby="faults-title"><h2 id="faults-title">Break something</h2>
    <${Training} faults=${faults} />
    ${active.map((fault) => html`<${Switch} key=${`on-${fault.key}`} fault=${fault} isReady=${true} />`)}
    ${faults.groups.map(
      ({
        title,
        faults: all,
      }) => html`<details class="faults" key=${title}><summary>${title} <span class="soft">(${all.length})</span></summary>
        ${all.filter(({ isOn }) => !isOn).map((fault) => html`<${Switch} key=${fault.key} fault=${fault} isReady=${faults.isReady} />`)}
      </details>`,
    )}
    ${faults.isReady || active.length > 0 ? null : html`<p class="soft">Most faults need a connection: set one up first.</p>`}
  </section>`
}

function Switch({ fault, isReady }: { fault: FaultLine; isReady: boolean }): Children {
  const { key, title, field, code, isOn, needsConnection } = fault
  const flip = () => void act({ do: isOn ? 'fault-off' : 'fault-on', key })
  return html`<div class=${`fault ${isOn ? 'on' : ''}`}>
    <button type="button" role="switch" aria-checked=${isOn} class="switch" data-fault=${key} disabled=${needsConnection && !isReady && !isOn}
      aria-label=${title} aria-describedby=${`fault-${key}`} onClick=${flip}><span aria-hidden="true"></span></button>
    <div><b>${title}</b>${code === undefined ? null : html` <code>${code}</code>`}
      <p id=${`fault-${key}`}>${field}</p></div></div>`
}

function Training({ faults: { surprise, isReady } }: { faults: Shown }): Children {
  const [, tick] = useState(0)
  const isLookedFor = surprise !== undefined && surprise.key === undefined
  useEffect(() => {
    if (!isLookedFor) return
    const timer = setInterval(() => tick((count) => count + 1), 1_000)
    return () => clearInterval(timer)
  }, [isLookedFor])
  if (surprise === undefined)
    return html`<p><button type="button" class="button" disabled=${!isReady} onClick=${() => void act({ do: 'surprise' })}>Surprise me</button>
      <span class="soft"> breaks something and hides it: find it with the bot.</span></p>`
  const seconds = Math.round(((surprise.foundAt ?? Date.now()) - surprise.since) / 1_000)
  if (surprise.foundAt !== undefined)
    return html`<p class="found" role="status">Found after ${seconds} s: <code>${surprise.key}</code>. Mend it with the bot, or switch it off.</p>`
  if (surprise.gaveUp === true) return html`<p role="status">It was <code>${surprise.key}</code>.</p>`
  return html`<p role="timer">Something is broken for ${seconds} s. Ask the bot: <code>diagnose</code>.
    <button type="button" class="button" onClick=${() => void act({ do: 'reveal' })}>I give up</button></p>`
}
