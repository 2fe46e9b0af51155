/** What this bot made carries these tags (Azure resources) or this metadata (DNS records); nothing else is ever changed or removed without a person. */
const maker = 'privatelink-bot'

export function marks(request: string): Record<string, string> {
  return { managedBy: maker, privatelinkRequest: request }
}

/** Whether this bot made it; with `request`, whether that very request did. */
export function isOurs(tags: Readonly<Record<string, string>> | undefined, request?: string): boolean {
  return tags?.managedBy === maker && (request === undefined || tags.privatelinkRequest === request)
}

/** The request in which this bot made it; nothing where it did not. */
export function requestOf(tags: Readonly<Record<string, string>> | undefined): string | undefined {
  return isOurs(tags) ? tags?.privatelinkRequest : undefined
}

/** An owner's tags, for the person who has to go and ask them. */
export function tagText(tags: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(tags ?? {})
  return entries.length === 0 ? 'no tags' : entries.map(([key, value]) => `${key}=${value}`).join(', ')
}
