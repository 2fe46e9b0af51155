import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '../sandbox/certificates.ts'

/** TLS between servers of Redis and their clients: all of them have a certificate of one authority, and accept no one without. */
export interface Encryption {
  /** Paths of PEM files: the authority of the servers, and a client's certificate and key. */
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  /** The same as texts, for a client. */
  readonly texts: { readonly ca: string; readonly cert: string; readonly key: string }
  /** What a process gets that is a client. */
  readonly environment: Readonly<Record<string, string>>
  /** The lines of a server that speaks TLS alone on this port, also with replicas and other servers. */
  linesOf(port: number): Readonly<Record<string, string | number>>
}

/** The servers' certificate is for `localhost`, and not for its address. */
export async function createEncryption(folder: string): Promise<Encryption> {
  const authority = await createAuthority()
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const server = await authority.issue({ names: ['localhost'] })
  const client = await authority.issue({ names: ['bot'], forClient: true })
  const [caFile, serverFile, serverKeyFile] = [
    write('ca.pem', authority.certificate),
    write('server.pem', server.cert),
    write('server-key.pem', server.key),
  ]
  const [certFile, keyFile] = [write('client.pem', client.cert), write('client-key.pem', client.key)]
  return {
    caFile,
    certFile,
    keyFile,
    texts: { ca: authority.certificate, cert: client.cert, key: client.key },
    environment: { REDIS_CA_FILE: caFile, REDIS_CERT_FILE: certFile, REDIS_KEY_FILE: keyFile },
    linesOf: (port) => ({
      port: 0,
      'tls-port': port,
      'tls-ca-cert-file': caFile,
      'tls-cert-file': serverFile,
      'tls-key-file': serverKeyFile,
      // A server is a client of its master, of the servers that it watches, and of the others of its cluster.
      'tls-client-cert-file': certFile,
      'tls-client-key-file': keyFile,
      'tls-auth-clients': 'yes',
      'tls-replication': 'yes',
    }),
  }
}
