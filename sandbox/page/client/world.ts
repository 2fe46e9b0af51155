import { Faults } from './faults.ts'
import { type Children, html } from './html.ts'
import { NetworkPicture } from './picture.ts'
import type { AuditLine, CallLine, Parts, RequestLine } from './shapes.ts'
import { useStore } from './state.ts'

/** The right side: what stands in the clouds, what the jobs do, which calls they make, what the audit says. */

export function World(): Children {
  const { parts } = useStore()
  return html`<section class="panel" aria-labelledby="network-title">
      <h2 id="network-title">Network</h2>
      ${parts.picture === null ? html`<p class="hidden-picture">Hidden while you look for the fault: ask the bot.</p>` : null}
      ${(parts.picture ?? []).map((picture) => html`<${NetworkPicture} key=${picture.service} picture=${picture} />`)}
      <${Processes} parts=${parts} />
    </section>
    <${Faults} />
    <section class="panel" aria-labelledby="jobs-title"><h2 id="jobs-title">Jobs</h2>
      ${(parts.requests ?? []).length === 0 ? html`<p class="soft">No request yet.</p>` : null}
      ${(parts.requests ?? []).slice(0, 3).map((request) => html`<${Request} key=${request.id} request=${request} />`)}</section>
    <details class="panel"><summary><h2>Cloud calls</h2></summary><${Calls} calls=${parts.calls ?? []} /></details>
    <details class="panel"><summary><h2>Audit</h2></summary><${Audit} lines=${parts.audit ?? []} /></details>`
}

function Processes({ parts }: { parts: Partial<Parts> }): Children {
  return html`<ul class="processes" aria-label="Processes">
    ${(parts.processes ?? []).map(
      ({ name, pid }) =>
        html`<li class=${pid === undefined ? 'bad' : 'good'}>${name} ${pid === undefined ? 'is dead' : 'runs'}</li>`,
    )}
    <li class=${parts.isRedisThere === false ? 'bad' : 'good'}>Redis ${parts.isRedisThere === false ? 'does not answer' : 'answers'}</li>
  </ul>`
}

const marks: Readonly<Record<string, string>> = { done: '✔', failed: '✘', running: '▸', waiting: '·' }

function Request({ request: { id, action, state, by, steps } }: { request: RequestLine }): Children {
  return html`<div class="request"><p><b>${id}</b> ${action}, asked by ${by}: <span class="state">${state}</span></p>
    <ol>${steps.map(
      (step) => html`<li class=${step.state}><span aria-hidden="true">${marks[step.state] ?? '·'}</span> ${step.id}
        <span class="soft"> ${step.state}${step.ms === undefined ? '' : ` in ${(step.ms / 1_000).toFixed(1)} s`} ${step.note}</span></li>`,
    )}</ol></div>`
}

function Calls({ calls }: { calls: readonly CallLine[] }): Children {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Cloud calls"><table><thead><tr><th>who</th><th>call</th><th>status</th><th>ms</th></tr></thead>
    <tbody>${calls.toReversed().map(
      ({ id, vendor, method, path, status, ms }) => html`<tr key=${id}><td>${vendor}</td><td class="path">${method} ${path}</td>
        <td class=${(status ?? 0) >= 400 ? 'bad' : ''}>${status ?? '…'}</td><td>${ms ?? ''}</td></tr>`,
    )}</tbody></table></div>`
}

function Audit({ lines }: { lines: readonly AuditLine[] }): Children {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Audit"><table><thead><tr><th>time</th><th>request</th><th>event</th><th>by</th></tr></thead>
    <tbody>${lines.map(
      ({ at, request, event, state, by, what }) => html`<tr><td>${at.slice(11, 19)}</td><td>${request}</td>
        <td>${event} ${what} <span class="soft">→ ${state}</span></td><td>${by}</td></tr>`,
    )}</tbody></table></div>`
}
