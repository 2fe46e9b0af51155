import { X509Certificate } from 'node:crypto'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

const rootsOf = new WeakMap<SecureContext, readonly string[]>()

/**
 * The roots that the checks trust: those of Node and of `NODE_EXTRA_CA_CERTS`, and `extra` (PEM). Build it once and share it: parsing the roots takes more
 * CPU time than a handshake.
 */
export function createTrust(extra: readonly string[] = []): SecureContext {
  const ca = [...getCACertificates('default'), ...extra]
  const context = createSecureContext({ ca })
  rootsOf.set(context, ca)
  return context
}

/** How many certificates of a chain are read at most. */
const maxChain = 8

/**
 * Whether the chain that the peer sent leads to a trusted root when validity times are ignored. OpenSSL reports one problem only, and calls an expired
 * certificate of an unknown issuer expired. Slow, because it reads every root; call it only for a chain that failed by its times.
 */
export function isTrustedApartFromTime(peer: X509Certificate, trust: SecureContext): boolean {
  const roots = (rootsOf.get(trust) ?? []).map((pem) => new X509Certificate(pem))
  // A trusted root may have issued any certificate of the chain; the ones after it may be there for older clients.
  return chainOf(peer).some((each) => roots.some((root) => root.fingerprint256 === each.fingerprint256 || isIssuedBy(each, root)))
}

function chainOf(peer: X509Certificate): readonly X509Certificate[] {
  const chain = [peer]
  for (let last = peer; chain.length < maxChain; ) {
    const { issuerCertificate: issuer } = last
    if (issuer === undefined || issuer.fingerprint256 === last.fingerprint256 || !isIssuedBy(last, issuer)) break
    chain.push(issuer)
    last = issuer
  }
  return chain
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}
