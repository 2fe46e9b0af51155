import type { Event } from '../../../domain/diagnosis/diagnosis.ts'
import type { PathPhase } from '../../../domain/diagnosis/path.ts'
import { cleanText } from '../../../domain/hostile-text.ts'
import type { Sample } from '../../../domain/watch.ts'
import { type Text, time, words } from '../../chat/card.ts'
import { durationText } from '../duration.ts'

const marks = { ok: '✔', fail: '✘', unknown: '?' } as const
const phaseNames = { name: 'name', dns: 'DNS', address: 'address', tcp: 'TCP', tls: 'TLS', service: 'service' } as const

/** `healthy`, `fault · allow-list-missing`, `warning · worker-absent` */
export function statusWords({ code, severity }: Pick<Sample, 'code' | 'severity'>): string {
  if (severity === 'ok') return code
  return `${severity === 'fail' ? 'fault' : 'warning'} · ${code}`
}

/** The phase `address` is shown only where it failed: DNS shows the address already. */
export function isShown({ phase, state }: PathPhase): boolean {
  return phase !== 'address' || state === 'fail'
}

/** `DNS ✔ 10.0.0.4 (4 ms)`, `service: not reached` */
export function phaseText({ phase, state, detail, elapsedMs }: PathPhase): string {
  const said = detail === undefined ? '' : ` ${cleanText(detail, 80)}`
  const took = elapsedMs === undefined ? '' : ` (${durationText(elapsedMs)})`
  if (state === 'unknown') return `${phaseNames[phase]}:${said === '' ? ' not checked' : said}`
  return `${phaseNames[phase]} ${marks[state]}${said}${took}`
}

/** `allow list changed 11:47 by API key “terraform-ci”` */
export function eventText({ at, what, by }: Event): Text {
  return words`${cleanText(what, 150)} ${time(at)} by ${cleanText(by, 100)}`
}
