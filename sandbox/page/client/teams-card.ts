import { useEffect, useRef } from 'preact/hooks'
import { type Children, html, memo } from './html.ts'
import type { Json } from './shapes.ts'

/** Microsoft's renderer of Adaptive Cards, which comes as a global. */

interface CardAction {
  readonly title?: string
  readonly data?: Json
  getJsonTypeName(): string
}

interface CardInput {
  readonly id?: string
  readonly value: unknown
}

interface RenderedCard {
  hostConfig: unknown
  onExecuteAction: (action: CardAction) => void
  parse(card: unknown): void
  render(): HTMLElement | undefined
  getAllInputs(): readonly CardInput[]
}

interface Library {
  readonly AdaptiveCard: { new (): RenderedCard; onProcessMarkdown: (text: string, result: Markdown) => void }
  readonly HostConfig: new (options: unknown) => unknown
}

interface Markdown {
  didProcess: boolean
  outputHtml?: string
}

declare global {
  interface Window {
    readonly AdaptiveCards?: Library
  }
}

let loading: Promise<Library> | undefined

/** Loaded with the first card, and the reader of its Markdown with it. */
function library(): Promise<Library> {
  loading ??= Promise.all([renderer(), import('markdown-it')]).then(([cards, { default: MarkdownIt }]) => {
    // Without HTML: the only elements are those that Markdown makes.
    const markdown = new MarkdownIt({ html: false, linkify: false }).disable('image')
    cards.AdaptiveCard.onProcessMarkdown = (text, result) => {
      result.outputHtml = markdown.render(text.replace(/(?<!\\)<at>([^<]*)<\/at>/g, '@$1'))
      result.didProcess = true
    }
    return cards
  })
  return loading
}

function renderer(): Promise<Library> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = '/library/adaptivecards.js'
    script.onload = () => {
      const { AdaptiveCards: cards } = window
      if (cards === undefined) reject(new Error('The renderer of cards did not load.'))
      else resolve(cards)
    }
    script.onerror = reject
    document.head.append(script)
  })
}

const color = (name: string) => ({ default: `var(--${name})`, subtle: 'var(--soft)' })
const style = {
  backgroundColor: 'var(--card)',
  foregroundColors: {
    default: color('text'),
    dark: color('text'),
    light: color('text'),
    accent: color('accent'),
    good: color('good'),
    warning: color('warn'),
    attention: color('bad'),
  },
}
const fontSizes = { small: 13, default: 15, medium: 17, large: 18, extraLarge: 21 }
const hostConfig = {
  supportsInteractivity: true,
  fontTypes: {
    default: { fontFamily: 'inherit', fontSizes },
    monospace: { fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace', fontSizes },
  },
  containerStyles: { default: style, emphasis: style },
  actions: {
    maxActions: 6,
    buttonSpacing: 8,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    showCard: { actionMode: 'inline' },
  },
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
}

export interface Pressed {
  readonly title: string
  readonly opensDialog: boolean
  /** What is filled in, by the id of the field. */
  readonly values: Readonly<Record<string, string>>
}

export const TeamsCard = memo(function TeamsCard(props: { card: Json; press: (pressed: Pressed) => void }): Children {
  return html`<${Rendered} ...${props} />`
})

function Rendered({ card, press }: { card: Json; press: (pressed: Pressed) => void }): Children {
  const place = useRef<HTMLDivElement>(null)
  const pressed = useRef(press)
  pressed.current = press
  useEffect(() => {
    let isCurrent = true
    void library().then((cards) => {
      if (!isCurrent) return
      const rendered = new cards.AdaptiveCard()
      rendered.hostConfig = new cards.HostConfig(hostConfig)
      rendered.onExecuteAction = (action) => {
        const values = Object.fromEntries(rendered.getAllInputs().map(({ id, value }) => [String(id), String(value ?? '')]))
        const dialog = action.data?.msteams as Json | undefined
        pressed.current({ title: action.title ?? '', opensDialog: dialog?.type === 'task/fetch', values })
      }
      rendered.parse(card)
      const element = rendered.render()
      if (element !== undefined) place.current?.replaceChildren(element)
    })
    return () => {
      isCurrent = false
    }
  }, [card])
  return html`<div class="adaptive" ref=${place}></div>`
}
