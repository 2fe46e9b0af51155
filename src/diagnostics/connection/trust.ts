import { X509Certificate } from 'node:crypto'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

const rootsOf = new WeakMap<SecureContext, readonly string[]>()

/**
 * What the checks trust: the roots of Node and of `NODE_EXTRA_CA_CERTS`, and `extra` (PEM). Parsing the roots costs more than a whole handshake, so
 * build it once and share it.
 */
export function createTrust(extra: readonly string[] = []): SecureContext {
  const ca = [...getCACertificates('default'), ...extra]
  const context = createSecureContext({ ca })
  rootsOf.set(context, ca)
  return context
}

/** As many certificates as a chain is followed for. */
const maxChain = 8

/**
 * Whether the chain that the peer sent leads to a trusted root when its times are left aside: OpenSSL reports one problem, and of an expired
 * certificate from a stranger the lesser one. Slow, because it reads every root: for the rare chain that fails by its time.
 */
export function isTrustedApartFromTime(peer: X509Certificate, trust: SecureContext): boolean {
  const roots = (rootsOf.get(trust) ?? []).map((pem) => new X509Certificate(pem))
  // A root may vouch for any link: what comes behind it may be for older clients.
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
