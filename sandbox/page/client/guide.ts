import { act } from './act.ts'
import { compose } from './composer.ts'
import { type Children, html } from './html.ts'
import type { Parts } from './shapes.ts'
import { choose, choosePlace, state, useStore } from './state.ts'

/** The first minute: four hints, each of which goes away when it was followed. */

interface Hint {
  readonly text: string
  readonly button: string
  readonly help: () => void
  readonly isDone: (parts: Partial<Parts>) => boolean
}

const prefix = (): string => (state.chosen.chat === 'slack' ? '/privatelink' : '@privatelink')
const requests = ({ requests: all = [] }: Partial<Parts>) => all
const faultsOn = ({ faults }: Partial<Parts>) =>
  (faults?.groups ?? []).flatMap((group) => group.faults).filter(({ isOn }) => isOn)
const service = 'analytics-prod'
const network = 'prod-westus3'

const asBob = (): void => {
  choose({ person: 'bob' })
  choosePlace('approvals')
}
const asAlice = (): void => {
  choose({ person: 'alice' })
  choosePlace('data')
}

const hints: readonly Hint[] = [
  {
    text: 'Ask for a connection, as Alice.',
    button: 'Write the command for me',
    help: () => {
      asAlice()
      compose(`${prefix()} setup ${service} in ${network} because "BI moves into the VNet"`)
    },
    isDone: (parts) => requests(parts).length > 0,
  },
  {
    text: 'Nobody approves for themselves. Be Bob, read the plan in #approvals, and click Approve.',
    button: 'Be Bob',
    help: asBob,
    isDone: (parts) => requests(parts).some(({ state: now }) => now === 'done'),
  },
  {
    text: 'It works: see the picture. Now somebody takes the endpoint off the allow list, and Alice asks what is wrong.',
    button: 'Break it, and write the command',
    help: () => {
      asAlice()
      void act({ do: 'fault-on', key: 'allow-list-missing' })
      compose(`${prefix()} diagnose ${service} from ${network}`)
    },
    isDone: ({ picture }) => picture?.some(({ verdict }) => verdict?.code === 'allow-list-missing') === true,
  },
  {
    text: 'The card names the cause. Click “Request the fix”, approve it as Bob, and it works again.',
    button: 'Show me where',
    help: asAlice,
    isDone: (parts) => requests(parts).some(({ action, state: now }) => action === 'allow' && now === 'done'),
  },
]

/** The first hint that was not followed. Those before it count as done, as what they ask for may be over. */
function hintAt(parts: Partial<Parts>): number {
  return hints.findLastIndex(({ isDone }) => isDone(parts)) + 1
}

export function Guide(): Children {
  const { parts, chosen } = useStore()
  if (chosen.guide === 'off' || parts.requests === undefined) return null
  const at = hintAt(parts)
  const hint = hints[at]
  const away = () => choose({ guide: 'off' })
  if (hint === undefined)
    return html`<aside class="guide" aria-label="First minute"><p><b>That was all.</b> Break something else, or let yourself be surprised.</p>
      <button type="button" class="button" onClick=${away}>Close</button></aside>`
  const isBusy = at === 1 && requests(parts).some(({ state: now }) => now === 'applying')
  return html`<aside class="guide" aria-label="First minute"><p role="status"><b>${at + 1} of ${hints.length}</b>
      ${isBusy ? ' Approved. Watch the jobs at work: a private endpoint takes its time.' : ` ${hint.text}`}</p>
    ${isBusy || (at === 2 && faultsOn(parts).length > 0) ? null : html`<button type="button" class="button" onClick=${hint.help}>${hint.button}</button>`}
    <button type="button" class="button" onClick=${away}>Leave me alone</button></aside>`
}
