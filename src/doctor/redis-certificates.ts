import { type CheckupResult, fail } from '../domain/checkup.ts'
import type { Connection } from '../redis/connection.ts'

/** Listens to the errors of the connection, and says what they mean for certificates; undefined where they do not speak of any. */
export function watchCertificates(redis: Connection): () => CheckupResult | undefined {
  const codes = new Set<string>()
  redis.on('error', (error: Error) => {
    for (const each of [error, error.cause]) if (each instanceof Error) codes.add(String(Reflect.get(each, 'code')))
  })
  const find = (pattern: RegExp) => [...codes].find((code) => pattern.test(code))
  return () => {
    // A server's word, against ours: https://nodejs.org/api/errors.html#openssl-errors and https://nodejs.org/api/tls.html#x509-certificate-error-codes
    const refused = find(/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA)/)
    if (refused !== undefined)
      return fail(
        'redis-wants-certificate',
        `Redis takes no connection without a certificate that it trusts (${refused}).`,
        'Whoever deploys this process: set REDIS_CERT_FILE and REDIS_KEY_FILE to a certificate and its key that Redis trusts.',
      )
    const untrusted = find(/CERT|SIGNATURE/)
    if (untrusted !== undefined)
      return fail(
        'redis-not-trusted',
        `This process does not trust the certificate that Redis shows (${untrusted}).`,
        'Whoever deploys this process: let REDIS_CA_FILE hold the authority that signed it, and REDIS_URL a name that it is made for.',
      )
    return undefined
  }
}
