import { type BotConfig, type JobsConfig, secretsIn } from '../config.ts'

interface Configured {
  readonly bot?: BotConfig | undefined
  readonly jobs?: JobsConfig | undefined
  readonly redisUrl?: string | undefined
}

/** Every secret that the configuration holds, as it stands in requests too: what is printed must not hold one, whoever says it. */
export function secretsOf({ bot, jobs, redisUrl }: Configured): readonly string[] {
  const keys = jobs?.clickhouse.organizations ?? []
  return [
    ...(redisUrl === undefined ? [] : secretsIn(redisUrl)),
    ...[bot?.slack?.botToken, bot?.slack?.signingSecret, bot?.slack?.appToken, bot?.teams?.appPassword].filter(
      (secret) => secret !== undefined,
    ),
    ...keys.flatMap(({ keyId, keySecret }) => [keySecret, Buffer.from(`${keyId}:${keySecret}`).toString('base64')]),
  ]
}
