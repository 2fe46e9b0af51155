import { type RedisAddress, secretsIn } from '../config/redis.ts'
import type { BotConfig, JobsConfig } from '../config.ts'

interface Configured {
  readonly bot?: BotConfig | undefined
  readonly jobs?: JobsConfig | undefined
  readonly redisUrl?: RedisAddress | undefined
}

/** Every secret that the configuration holds, as it stands in requests too: what is printed must not hold one, whoever says it. */
export function secretsOf({ bot, jobs, redisUrl }: Configured): readonly string[] {
  const keys = jobs?.clickhouse.organizations ?? []
  return [
    ...(redisUrl === undefined ? [] : secretsIn(redisUrl)),
    ...[bot?.slack?.botToken, bot?.slack?.signingSecret, bot?.slack?.appToken, bot?.teams?.appPassword].filter(
      (secret) => secret !== undefined,
    ),
    ...[bot?.auditHeads.webhookUrl, jobs?.auditHeads.webhookUrl, jobs?.dashboard?.password].filter(
      (secret) => secret !== undefined,
    ),
    ...[bot, jobs].flatMap((config) => Object.values(config?.librarySecrets ?? {})),
    ...keys.flatMap(({ keyId, keySecret }) => [keySecret, Buffer.from(`${keyId}:${keySecret}`).toString('base64')]),
  ]
}
