/** Characters that are not seen and come along with pasted text: zero-width ones, soft hyphens, marks of direction. */
const unseen = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

export function isUnseen(character: string): boolean {
  return unseen.test(character)
}

/** The text without characters that are not seen, and with plain hyphens. */
export function plain(text: string): string {
  return [...text]
    .filter((character) => !isUnseen(character))
    .join('')
    .replaceAll(/[\u2010\u2011]/g, '-')
}

/** The text with wide letters, digits and signs as plain ones, and with every dash as a hyphen: for what is ASCII by its definition, as hosts are. */
export function asciiForm(text: string): string {
  return plain(text.normalize('NFKC')).replaceAll(/[\u2010-\u2015\u2212]/g, '-')
}

const scheme = /^(?:jdbc:)?[a-z][a-z0-9+.-]*:\/\//i

/** What stands before and behind a pasted host: quotes, brackets, signs of chats, the end of a sentence, `mailto:` or `host=`. */
const before = /^(?:(?!-)[\p{P}\p{S}\s]|mailto:|host(?:name)?=)+/iu
const behind = /[\p{P}\p{S}\s]+$/u
/** Longest address that is looked into, in characters. */
const longest = 2_000
const named = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/i

/**
 * The host in a pasted address such as `https://HOST:8443/path`, `<https://HOST|label>`, `clickhouse://HOST:9440`, `HOST:9440` or `(HOST).`, without
 * credentials and path, and its port. Undefined where the text holds more than that, or none.
 */
export function pastedHost(text: string): { readonly host: string; readonly port?: string } | undefined {
  if (text.length > longest) return undefined
  const address = asciiForm(text)
    .replace(before, '')
    .replace(/[|>].*$/s, '')
    .replace(scheme, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^.*@/, '')
    .replace(behind, '')
  const [, host = '', port] = /^(.*?)\.?(?::(\d{1,5}))?$/s.exec(address) ?? []
  return named.test(host) ? { host, ...(port !== undefined && { port }) } : undefined
}

/** Private or public, a host of ClickHouse Cloud, whatever stands around it. */
const hostOfCloud = /\.privatelink\.|\.clickhouse\.cloud$/i
const hostAndPort = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::(?:8443|9440))?\.?$/i

/**
 * The host of a pasted address of a service. Any other text is returned as it is, because a service may have any name; so is one with a port that no service has.
 */
export function hostOf(text: string): string {
  const { host = '', port = '8443' } = pastedHost(text) ?? {}
  const isAddress = scheme.test(text) || hostAndPort.test(text) || hostOfCloud.test(host)
  return host !== '' && isAddress && (port === '8443' || port === '9440') ? host : text
}

/** Whether the text begins as an address does. */
export function isAddress(text: string): boolean {
  return scheme.test(asciiForm(text).replace(before, ''))
}
