import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { startProcess } from '../../../sandbox/processes.ts'
import type { RedisAddress } from '../../../src/config/redis.ts'
import { connect } from '../../../src/redis/connection.ts'
import { type Encrypted, startEncrypted } from '../../redis-servers.ts'
import { codesOf, runDoctor } from '../doctor/run-doctor.ts'

let server: Encrypted
beforeAll(async () => {
  server = await startEncrypted()
})
afterAll(async () => await server.close())

/** Undefined where nothing answers within two seconds. */
async function answer(address: RedisAddress): Promise<string | undefined> {
  const redis = connect(address, { patient: true })
  redis.on('error', () => undefined)
  try {
    return await Promise.race([redis.ping(), sleep(2_000, undefined)])
  } finally {
    redis.disconnect()
  }
}

const text = (path: string) => readFileSync(path, 'utf8')

test('a server that is signed by an authority of ours, and asks for a certificate', async () => {
  const { url, caFile, certFile, keyFile } = server
  const settings = { url, ca: text(caFile), certificate: text(certFile), key: text(keyFile) }
  expect(await answer(settings)).toBe('PONG')
  expect(await answer({ url, certificate: settings.certificate, key: settings.key })).toBeUndefined()
  expect(await answer({ url, ca: settings.ca })).toBeUndefined()
  expect(await answer({ ...settings, ca: (await createAuthority()).certificate })).toBeUndefined()
  // Its certificate is for localhost.
  expect(await answer({ ...settings, url: url.replace('localhost', '127.0.0.1') })).toBeUndefined()
})

test('a process works over it', async () => {
  const worker = await startProcess('diagnostics', {
    REDIS_URL: server.url,
    REDIS_CA_FILE: server.caFile,
    REDIS_CERT_FILE: server.certFile,
    REDIS_KEY_FILE: server.keyFile,
    DIAGNOSTICS_NETWORK: 'prod',
  })
  expect(worker.output.join('\n')).toContain('"msg":"ready"')
  worker.kill('SIGTERM')
  await worker.ended
})

test('the doctor says what is wrong with a certificate', async () => {
  const own = { REDIS_CERT_FILE: server.certFile, REDIS_KEY_FILE: server.keyFile }
  const more = [own, { ...own, REDIS_CA_FILE: server.caFile, REDIS_URL: server.url.replace('localhost', '127.0.0.1') }]
  const ran = await Promise.all(
    more.map((each) => runDoctor({ REDIS_URL: server.url, DIAGNOSTICS_NETWORK: 'prod', ...each }, '--json')),
  )
  const ofRedis = ran.map(({ findings }) => findings.filter(({ group }) => group === 'Redis'))
  expect(ofRedis.map(codesOf)).toEqual([['redis-not-trusted'], ['redis-not-trusted']])
  const texts = ofRedis.map(([finding]) => finding?.text)
  expect(texts).toEqual([expect.stringContaining('SELF_SIGNED'), expect.stringContaining('ALTNAME_INVALID')])
})
