import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** The key with which Teams signs what it sends to bots, and what of it is published. */
export interface Signing {
  /** The JSON Web Key Set, with the channels that each key may sign for. */
  readonly keys: unknown
  sign(claims: JWTPayload, header?: Readonly<Record<string, string>>): Promise<string>
}

export const issuer = 'https://api.botframework.com'

export async function createSigning(): Promise<Signing> {
  const kid = 'sandbox-1'
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(publicKey)), kid, use: 'sig', endorsements: ['msteams'] }
  return {
    keys: { keys: [key] },
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header }).sign(privateKey),
  }
}
