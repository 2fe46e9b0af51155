import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { secretsIn } from '../../../src/config/redis.ts'
import { diagnosticsConfig } from '../../../src/config.ts'
import { problemsOf } from './config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'privatelink-redis-'))
const path = (name: string) => join(folder, name)
beforeAll(async () => {
  const { certificate } = await createAuthority()
  writeFileSync(path('ca.pem'), certificate)
  writeFileSync(path('key.pem'), '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n')
  writeFileSync(path('word'), 'no PEM')
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = (environment: Readonly<Record<string, string>>) =>
  diagnosticsConfig({ DIAGNOSTICS_NETWORK: 'prod', REDIS_URL: 'rediss://bot:pw@redis.example:6380', ...environment }).redisUrl

describe('the address of Redis', () => {
  test('alone is a URL', () => {
    expect(read({})).toBe('rediss://bot:pw@redis.example:6380')
  })

  test('comes with certificates, from files, and with the name that sentinels watch', () => {
    const { REDIS_CA_FILE, REDIS_CERT_FILE, REDIS_KEY_FILE } = {
      REDIS_CA_FILE: path('ca.pem'),
      REDIS_CERT_FILE: path('ca.pem'),
      REDIS_KEY_FILE: path('key.pem'),
    }
    const all = {
      REDIS_CA_FILE,
      REDIS_CERT_FILE,
      REDIS_KEY_FILE,
      REDIS_SENTINEL_NAME: 'main',
      REDIS_SENTINEL_PASSWORD: 'of-sentinel',
    }
    const address = read(all)
    expect(address).toMatchObject({
      url: 'rediss://bot:pw@redis.example:6380',
      sentinelName: 'main',
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
      certificate: expect.stringContaining('BEGIN CERTIFICATE'),
      key: expect.stringContaining('BEGIN PRIVATE KEY'),
    })
    expect(secretsIn(address)).toEqual(['pw', 'of-sentinel'])
  })

  test.each([
    [{ REDIS_URL: 'redis://a:6379,rediss://b:6379' }, 'REDIS_URL must have redis:// or rediss:// at all of its nodes'],
    [{ REDIS_CERT_FILE: 'ca.pem' }, 'REDIS_CERT_FILE and REDIS_KEY_FILE belong together: set both or neither'],
    [
      { REDIS_URL: 'redis://a', REDIS_CA_FILE: 'ca.pem' },
      'REDIS_URL must be rediss:// where REDIS_CA_FILE or REDIS_CERT_FILE is set',
    ],
    [{ REDIS_CA_FILE: 'nowhere' }, 'nowhere) cannot be read: ENOENT'],
    [{ REDIS_CA_FILE: 'word' }, 'word) is no PEM file'],
    [{ REDIS_CA_FILE: 'key.pem' }, 'REDIS_CA_FILE holds no certificate'],
    [{ REDIS_SENTINEL_PASSWORD: 'x' }, 'is set without REDIS_SENTINEL_NAME'],
    [{ REDIS_ALLOW_EVICTION: 'yes' }, 'REDIS_ALLOW_EVICTION must be 0 or 1'],
  ])('%j is refused', (environment, problem) => {
    const own = Object.entries(environment).map(([name, value]) => [name, name.endsWith('_FILE') ? path(value) : value])
    expect(problemsOf(() => read(Object.fromEntries(own))).join('\n')).toContain(problem)
  })
})
