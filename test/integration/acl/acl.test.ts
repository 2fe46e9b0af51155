import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'

/** `npm run acl`, as it is typed. */

function acl(words: readonly string[], input = '') {
  return spawnSync(process.execPath, ['src/acl/main.ts', ...words], { encoding: 'utf8', input })
}

test('passwords come on standard input, and leave as hashes', () => {
  const { status, stdout, stderr } = acl(
    ['--network', 'prod', '--passwords', '-'],
    'bot s3cret value\n\ndiagnostics-prod other\n',
  )
  expect([status, stderr]).toEqual([0, ''])
  const hash = (password: string) => createHash('sha256').update(password).digest('hex')
  expect(stdout).toContain(`user bot on #${hash('s3cret value')} resetchannels`)
  expect(stdout).toContain(`user diagnostics-prod on #${hash('other')} resetchannels`)
  expect(stdout).not.toContain('s3cret')
})

test.each([
  [[], '', 'Usage'],
  [['--network', 'a b'], '', 'is no name of a network'],
  [
    ['--network', 'prod', '--passwords', '-'],
    'nobody s3cret\n',
    'Line 1 of the passwords is for nobody: the users are bot, jobs, diagnostics-prod, auditor, archivist, admin.',
  ],
  [['--network', 'prod', '--passwords', '-'], 'bot pw\nbot-s3cret\n', 'Line 2 of the passwords is not "USER PASSWORD".'],
  [['--network', 'prod', '--passwords', '/nowhere'], '', 'ENOENT'],
  [['--network', 'prod', '--passwords', '-', '--write', '/nowhere'], '', 'Usage'],
])('%j is refused with what is wrong', (words, input, told) => {
  const { status, stdout, stderr } = acl(words, input)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(told)
  expect(stderr).not.toContain('s3cret')
})
