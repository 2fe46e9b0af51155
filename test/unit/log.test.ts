import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** What a process writes when it logs this. */
function logged(code: string): string {
  const script = `import { createLog } from './src/log.ts'
    const log = createLog('test', ['canary-"secret"-1', 'short', 'canary-2'])
    ${code}`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8' })
  return stdout
}

test('secrets are masked wherever they stand', () => {
  const line = logged(`log.info({ a: { b: ['x canary-"secret"-1 y'] } }, 'and canary-2 here')`)
  expect(JSON.parse(line)).toMatchObject({ a: { b: ['x [secret] y'] }, msg: 'and [secret] here' })
})

test('an error shows its message and causes, not the request that an SDK hung on it', () => {
  const line = logged(`
    const cause = new Error('cause with canary-2')
    const error = Object.assign(new Error('failed', { cause }), { code: 'E1', request: { headers: { authorization: 'hidden' } } })
    log.error({ err: error }, 'it')`)
  expect(JSON.parse(line).err).toMatchObject({ message: 'failed', code: 'E1', cause: { message: 'cause with [secret]' } })
  expect(line).not.toContain('hidden')
})

test('tokens that nobody configured are masked by their form', () => {
  const line = logged(`log.info('Bearer eyJhbGciOi.J9.abc and xoxb-123456789-abc and Basic aWQ6c2VjcmV0')`)
  expect(JSON.parse(line).msg).toBe('Bearer [secret] and xoxb-[secret] and Basic [secret]')
})

test('a line says for which request and step, and in which trace it was written', () => {
  const line = logged(`
    import { withLogFields } from './src/log-fields.ts'
    import { traceWith } from './src/tracing.ts'
    traceWith({ inSpan: (_start, work) => work(() => {}), ids: () => ({ trace_id: 't1', span_id: 's1' }) })
    await withLogFields({ request: 'PL-1' }, () => withLogFields({ step: 'dns-zone' }, async () => log.info('inside')))`)
  expect(JSON.parse(line)).toMatchObject({ request: 'PL-1', step: 'dns-zone', trace_id: 't1', span_id: 's1', msg: 'inside' })
  expect(Object.keys(JSON.parse(logged("log.info('outside')")))).toEqual(['level', 'time', 'name', 'msg'])
})
