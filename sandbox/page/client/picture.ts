import { type Children, html } from './html.ts'
import type { Picture } from './shapes.ts'

/** The network as a picture: what stands there, and the path that a packet takes, coloured by the last diagnosis. */

type Colour = 'good' | 'bad' | 'unknown'

const stages = ['name', 'dns', 'tcp', 'tls', 'service'] as const

/** Which part of the path a finding is about. */
function brokenAt(code: string): number {
  if (code === 'healthy') return stages.length
  if (code.startsWith('host-')) return 0
  if (code.startsWith('dns-')) return 1
  if (code.startsWith('network-') || code.startsWith('endpoint-')) return 2
  if (/^(tls-|allow-list-|organization-|clock-|not-tls)/.test(code)) return 3
  return 4
}

/** Nothing is known of what lies behind the fault, nor of anything where nobody has looked. */
function colours(code: string | undefined): readonly Colour[] {
  if (code === undefined || code === 'worker-absent' || code === 'control-plane-unknown') return stages.map(() => 'unknown')
  const broken = brokenAt(code)
  return stages.map((_, index) => (index < broken ? 'good' : index === broken ? 'bad' : 'unknown'))
}

interface Box {
  readonly x: number
  readonly y: number
  readonly title: string
  readonly lines: readonly string[]
  readonly state: Colour | 'absent'
}

const [width, height] = [170, 74]

export function NetworkPicture({ picture }: { picture: Picture }): Children {
  const { endpoint, zone, verdict } = picture
  const [, dns = 'unknown', tcp = 'unknown', tls = 'unknown', service = 'unknown'] = colours(verdict?.code)
  const isUp = endpoint?.connection === 'Approved' && endpoint.state === 'Succeeded'
  const boxes: readonly Box[] = [
    { x: 24, y: 34, title: 'a machine in the VNet', lines: ['asks for', short(picture.host, 20)], state: 'good' },
    {
      x: 24,
      y: 154,
      title: 'private DNS zone',
      lines:
        zone === undefined
          ? ['not there']
          : [
              zone.link === undefined ? 'not linked' : `link ${zone.link}`,
              ...zone.records.slice(0, 2).map((each) => short(each, 25)),
            ],
      state: zone === undefined || zone.link === undefined ? 'absent' : dns,
    },
    {
      x: 244,
      y: 34,
      title: 'private endpoint',
      lines: endpoint === undefined ? ['not there'] : [endpoint.address, `${endpoint.state} · ${endpoint.connection}`],
      state: endpoint === undefined ? 'absent' : isUp ? tcp : 'bad',
    },
    {
      x: 464,
      y: 154,
      title: 'lists',
      lines: [`${picture.isInOrganization ? '✔' : '✘'} organization entry`, `${picture.isOnAllowList ? '✔' : '✘'} allow list`],
      state: endpoint === undefined ? 'absent' : picture.isInOrganization && picture.isOnAllowList ? 'good' : 'bad',
    },
    {
      x: 464,
      y: 34,
      title: picture.service,
      lines: [picture.state, 'ports 8443, 9440'],
      state: picture.state === 'running' ? service : 'bad',
    },
  ]
  const said = verdict === undefined ? 'not diagnosed yet' : `last diagnosis: ${verdict.code}`
  const stands = boxes.map(({ title, lines }) => `${title}: ${lines.join(', ')}`).join('; ')
  return html`<figure class="network">
    <svg viewBox="0 0 660 252" role="img" aria-label=${`${picture.service} from ${picture.network}, ${said}. ${stands}.`}>
      <rect class="vnet" x="8" y="8" width="420" height="236" rx="10" /><text class="where" x="20" y="26">${picture.network}</text>
      <rect class="cloud" x="448" y="8" width="204" height="236" rx="10" /><text class="where" x="460" y="26">ClickHouse Cloud</text>
      <path class=${`way ${dns}`} d="M109 108 V154" /><text class="step" x="116" y="136">DNS</text>
      <path class=${`way ${tcp}`} d="M194 71 H244" /><text class="step" x="204" y="64">TCP</text>
      <path class=${`way ${tls}`} d="M414 71 H464" /><text class="step" x="424" y="64">TLS</text>
      <path class="way thin" d="M549 154 V108" />
      ${boxes.map(
        ({ x, y, title, lines, state }) => html`<g class=${`box ${state}`}>
          <rect x=${x} y=${y} width=${width} height=${height} rx="8" />
          <text class="title" x=${x + 10} y=${y + 20}>${short(title, 24)}</text>
          ${lines.map((line, index) => html`<text x=${x + 10} y=${y + 38 + index * 15}>${line}</text>`)}
        </g>`,
      )}
    </svg>
    <figcaption><b>${picture.service}</b> from ${picture.network}: ${
      verdict === undefined
        ? said
        : html`<code class=${`verdict ${verdict.code === 'healthy' ? 'good' : 'bad'}`}>${verdict.code}</code>`
    }</figcaption>
  </figure>`
}

function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
