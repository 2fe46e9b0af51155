import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Where Redis is, and what a connection to it needs. */
export interface RedisSettings {
  /** `redis://` or `rediss://`; several nodes, separated by commas, are those of a cluster, or the sentinels. */
  readonly url: string
  /** With it, the nodes are sentinels, and this is the name of the master that they watch. */
  readonly sentinelName?: string
  /** Of the sentinels' own user, where they have one. */
  readonly sentinelUsername?: string
  readonly sentinelPassword?: string
  /** PEM: who has signed the server's certificate, instead of those whom this machine trusts. */
  readonly ca?: string
  /** PEM: the certificate and key by which this process is known to the server. */
  readonly certificate?: string
  readonly key?: string
  /** The process signs in as its Azure identity, in place of a user and password in the address. */
  readonly entra?: true
  readonly signIn?: SignIn
}

export interface RedisUser {
  readonly username: string
  readonly password: string
}

/** Who the process is to Redis, where its password changes while it runs. */
export interface SignIn {
  current(): RedisUser
  /** Calls the listener after each change, until the returned function is called. */
  onRenewal(listener: () => void): () => void
}

/** An address alone is a URL. */
export type RedisAddress = string | RedisSettings

/** What is accepted of a server that does not keep what it is given. */
export interface RedisTolerance {
  readonly eviction: boolean
  readonly loss: boolean
}

export interface RedisConfig {
  readonly redisUrl: RedisAddress
  readonly redisTolerance: RedisTolerance
}

const isAllowed = z
  .enum(['0', '1'], 'must be 0 or 1')
  .default('0')
  .transform((value) => value === '1')

/** The text of the PEM file with that path. */
const pemFile = z.string().transform((path, context) => {
  const fault = (message: string): never => {
    context.addIssue({ code: 'custom', message: `(${path}) ${message}` })
    return z.NEVER
  }
  try {
    const text = readFileSync(path, 'utf8')
    return text.includes('-----BEGIN ') ? text : fault('is no PEM file')
  } catch (error) {
    return fault(`cannot be read: ${error instanceof Error ? Reflect.get(error, 'code') : error}`)
  }
})

const certificateFile = pemFile.refine((text) => isCertificate(text), 'holds no certificate')

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== ''
  } catch {
    return false
  }
}

/** Of every process, in the schema of its variables. */
export const redisVariables = {
  REDIS_URL: z
    .string('is not set; the address of Redis, e.g. redis://127.0.0.1:6379')
    .refine(
      (value) => value.split(',').every((node) => /^rediss?:\/\/./.test(node) && URL.canParse(node)),
      'must be redis:// or rediss:// addresses, separated by commas',
    ),
  REDIS_SENTINEL_NAME: z.string().optional(),
  REDIS_SENTINEL_USERNAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_CA_FILE: certificateFile.optional(),
  REDIS_CERT_FILE: certificateFile.optional(),
  REDIS_KEY_FILE: pemFile.optional(),
  REDIS_AUTH: z.enum(['password', 'entra'], 'must be password or entra').default('password'),
  REDIS_ALLOW_EVICTION: isAllowed,
  REDIS_ALLOW_LOSS: isAllowed,
}

/** Those that may lie in a file of their own. */
export const redisSecrets = ['REDIS_URL', 'REDIS_SENTINEL_PASSWORD']

type Values = z.infer<z.ZodObject<typeof redisVariables>>

/** What does not fit together, as issues of the schema. */
export function checkRedis(values: Values, context: z.core.$RefinementCtx<Values>): void {
  const fault = (name: keyof Values, message: string) => context.addIssue({ code: 'custom', path: [name], message })
  const tls = values.REDIS_URL.split(',').map((node) => node.startsWith('rediss:'))
  if (tls.some((each) => each !== tls[0])) fault('REDIS_URL', 'must have redis:// or rediss:// at all of its nodes')
  if ((values.REDIS_CERT_FILE === undefined) !== (values.REDIS_KEY_FILE === undefined))
    fault('REDIS_CERT_FILE', 'and REDIS_KEY_FILE belong together: set both or neither')
  const files = [values.REDIS_CA_FILE, values.REDIS_CERT_FILE, values.REDIS_KEY_FILE]
  if (tls[0] === false && files.some((file) => file !== undefined))
    fault('REDIS_URL', 'must be rediss:// where REDIS_CA_FILE or REDIS_CERT_FILE is set: redis:// is not encrypted')
  if (values.REDIS_AUTH === 'entra') {
    const urls = values.REDIS_URL.split(',').map((node) => new URL(node))
    const isOpen = ({ protocol, hostname }: URL) => protocol === 'redis:' && !/^(127\.|localhost$|\[::1\]$)/.test(hostname)
    if (urls.some(isOpen)) fault('REDIS_URL', 'must be rediss:// where REDIS_AUTH is entra: the token would be sent unencrypted')
    if (urls.some(({ username, password }) => username !== '' || password !== ''))
      fault('REDIS_URL', 'must name no user where REDIS_AUTH is entra: the identity is the user')
    if (urls.length > 1 || values.REDIS_SENTINEL_NAME !== undefined)
      fault('REDIS_AUTH', 'is entra only with one address: give Azure Managed Redis the Enterprise cluster policy')
  }
  if (values.REDIS_SENTINEL_NAME === undefined && values.REDIS_SENTINEL_PASSWORD !== undefined)
    fault('REDIS_SENTINEL_PASSWORD', 'is set without REDIS_SENTINEL_NAME, the name of the master that the sentinels watch')
}

export function redisIn(values: Values): RedisConfig {
  const more = {
    ...(values.REDIS_SENTINEL_NAME !== undefined && { sentinelName: values.REDIS_SENTINEL_NAME }),
    ...(values.REDIS_SENTINEL_USERNAME !== undefined && { sentinelUsername: values.REDIS_SENTINEL_USERNAME }),
    ...(values.REDIS_SENTINEL_PASSWORD !== undefined && { sentinelPassword: values.REDIS_SENTINEL_PASSWORD }),
    ...(values.REDIS_CA_FILE !== undefined && { ca: values.REDIS_CA_FILE }),
    ...(values.REDIS_CERT_FILE !== undefined && { certificate: values.REDIS_CERT_FILE }),
    ...(values.REDIS_KEY_FILE !== undefined && { key: values.REDIS_KEY_FILE }),
    ...(values.REDIS_AUTH === 'entra' && { entra: true as const }),
  }
  return {
    redisUrl: Object.keys(more).length === 0 ? values.REDIS_URL : { url: values.REDIS_URL, ...more },
    redisTolerance: { eviction: values.REDIS_ALLOW_EVICTION, loss: values.REDIS_ALLOW_LOSS },
  }
}

/** The passwords in an address, as they stand there and as they are sent, to be kept out of logs. */
export function secretsIn(address: RedisAddress): readonly string[] {
  const { url, sentinelPassword = '' } = typeof address === 'string' ? { url: address } : address
  const passwords = url.split(',').flatMap((node) => {
    const { password } = new URL(node)
    return [password, decoded(password)]
  })
  return [...new Set([...passwords, sentinelPassword])].filter((secret) => secret !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
