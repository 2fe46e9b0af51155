import { createPrivateKey, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
// First: x509 decorates its classes when it loads.
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

/** A throwaway certificate authority: its key lives only in this process. */
export interface Authority {
  /** PEM, to be trusted by clients: `NODE_EXTRA_CA_CERTS`, or the `ca` option of `node:tls`. */
  readonly certificate: string
  /** A server certificate for DNS names (wildcards too) and IP addresses, both PEM. Valid from an hour ago for a week unless told otherwise. */
  issue(subject: IssuedSubject): Promise<IssuedCertificate>
}

interface IssuedSubject {
  readonly names: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** By which a client is known, instead of a server. */
  readonly forClient?: boolean
}

interface IssuedCertificate {
  readonly cert: string
  readonly key: string
}

const hour = 3_600_000
const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }

const newKeys = () => webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])

/** @param commonName of the authority; no two authorities that one client trusts should share it, so the default is a random one. */
export async function createAuthority(commonName = `Sandbox CA ${webcrypto.randomUUID().slice(0, 8)}`): Promise<Authority> {
  const issuerName = [{ CN: [commonName] }]
  const issuerKeys = await newKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: issuerName,
      keys: issuerKeys,
      signingAlgorithm,
      notBefore: new Date(Date.now() - 24 * hour),
      notAfter: new Date(Date.now() + 10 * 365 * 24 * hour),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(issuerKeys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )

  async function issue({ names, notBefore, notAfter, forClient = false }: IssuedSubject): Promise<IssuedCertificate> {
    const keys = await newKeys()
    const certificate = await x509.X509CertificateGenerator.create(
      {
        // A subject's common name ends at 64 characters; clients read the alternative names anyway.
        subject: [{ CN: [(names[0] ?? 'unnamed').slice(0, 64)] }],
        issuer: issuerName,
        publicKey: keys.publicKey,
        signingKey: issuerKeys.privateKey,
        signingAlgorithm,
        notBefore: notBefore ?? new Date(Date.now() - hour),
        notAfter: notAfter ?? new Date(Date.now() + 7 * 24 * hour),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([forClient ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
          await x509.AuthorityKeyIdentifierExtension.create(issuerKeys.publicKey, false, webcrypto),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        ],
      },
      webcrypto,
    )
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString()
    return { cert: certificate.toString('pem'), key }
  }

  return { certificate: root.toString('pem'), issue }
}
