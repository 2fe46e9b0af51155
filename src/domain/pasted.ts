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

const scheme = /^(?:jdbc:)?[a-z][a-z0-9+.-]*:\/\//i
const hostAndPort = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::(?:8443|9440))?$/i

/**
 * The host of a pasted address of a service, such as `https://HOST:8443/path`, `clickhouse://HOST:9440` or `HOST:9440`, without credentials, path, port and
 * final dot. Any other text is returned as it is; so is one with a port that no service has.
 */
export function hostOf(text: string): string {
  const isUrl = scheme.test(text)
  const authority = isUrl
    ? text
        .replace(scheme, '')
        .replace(/[/?#].*$/s, '')
        .replace(/^.*@/, '')
    : text
  const host = authority.replace(/\.(?=:\d+$|$)/, '')
  return hostAndPort.test(host) ? host.replace(/:\d+$/, '') : text
}
