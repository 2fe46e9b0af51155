/** The tags (of Azure resources) or metadata (of DNS records) by which this bot knows what it made. It removes nothing without them. */
const maker = 'privatelink-bot'

/** The tags, or the metadata, of what this request makes. */
export function ownershipTags(request: string): Record<string, string> {
  return { managedBy: maker, privatelinkRequest: request }
}

/** Whether this bot made it; with `request`, whether that request did. */
export function isOurs(tags: Readonly<Record<string, string>> | undefined, request?: string): boolean {
  return tags?.managedBy === maker && (request === undefined || tags.privatelinkRequest === request)
}

/** Id of the request in which this bot made it; undefined when this bot did not make it. */
export function requestOf(tags: Readonly<Record<string, string>> | undefined): string | undefined {
  return isOurs(tags) ? tags?.privatelinkRequest : undefined
}

/** Tags in one line, e.g. `team=data`, for a person who has to find the owner. */
export function tagText(tags: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(tags ?? {})
  return entries.length === 0 ? 'no tags' : entries.map(([key, value]) => `${key}=${value}`).join(', ')
}
