import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { rules } from '../src/domain/diagnosis/rules/all.ts'

/** The README is where people look a code up: each has its place there. */

const readme = readFileSync('README.md', 'utf8')
const findings = readme.slice(readme.indexOf('## Findings'), readme.indexOf('## Operations'))

describe('README', () => {
  test.each([...new Set(rules.map(({ code }) => code)), 'healthy'])('the finding %s has a row', (code) => {
    expect(findings).toMatch(new RegExp(`^\\|.*\`${code}\`.*\\|.+\\|.+\\|$`, 'm'))
  })

  test('every link to a file of the project leads somewhere', () => {
    const files = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) expect(() => readFileSync(file), file).not.toThrow(/ENOENT/)
  })
})
