import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/**
 * What the checks trust: the roots of Node and of `NODE_EXTRA_CA_CERTS`, and `extra` (PEM). Parsing the roots costs more than a whole handshake, so
 * build it once and share it.
 */
export function createTrust(extra: readonly string[] = []): SecureContext {
  return createSecureContext({ ca: [...getCACertificates('default'), ...extra] })
}
