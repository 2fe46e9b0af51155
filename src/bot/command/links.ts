/** The forms in which chats put a link into text: Slack's, Markdown's and HTML's. */
const forms = [
  /<((?:https?|clickhouse):\/\/[^|>\s]{1,2000})(?:\|[^<>\n]{0,2000})?>/y,
  /\[[^\][\n]{0,2000}\]\(((?:https?|clickhouse):\/\/[^)\s]{1,2000})\)/y,
  /<a\s[^<>]{0,200}?href="([^"<>\s]{1,2000})"[^<>]{0,200}>[^<>]{0,2000}<\/a>/iy,
]

/** The address of a link that begins at this place of the text, and where the link ends; undefined when none begins there. */
export function linkAt(text: string, index: number): { readonly address: string; readonly end: number } | undefined {
  if (text[index] !== '<' && text[index] !== '[') return undefined
  for (const form of forms) {
    form.lastIndex = index
    const [whole, address] = form.exec(text) ?? []
    if (whole !== undefined && address !== undefined) return { address, end: index + whole.length }
  }
  return undefined
}
