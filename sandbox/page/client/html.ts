import htm from 'htm'
import { Component, type ComponentChildren, h, type VNode } from 'preact'

/** Templates become elements, never text that is parsed as HTML: what somebody wrote stays text. */
type Html = (strings: TemplateStringsArray, ...values: unknown[]) => VNode
export const html = (htm as unknown as { bind(create: typeof h): Html }).bind(h)

export type Children = ComponentChildren

/** Renders again only when one of its properties is another value. */
export function memo<Props extends object>(render: (props: Props) => Children) {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const now = this.props as Record<string, unknown>
      const then = next as Record<string, unknown>
      return Object.keys({ ...now, ...then }).some((key) => now[key] !== then[key])
    }
    override render(props: Props): Children {
      return render(props)
    }
  }
}
