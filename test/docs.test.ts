import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageFile from '../package.json' with { type: 'json' }
import { rules } from '../src/domain/diagnosis/rules/all.ts'
import { comparable, transcriptIn } from './e2e/tour-transcript.ts'

/** What the documents say of files, headings, commands and codes is so. */

const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md')]
const read = (path: string): string => readFileSync(path, 'utf8')

/** Links inside code are none. */
function linksIn(page: string): readonly string[] {
  const prose = read(page).replaceAll(/^```.*?^```/gms, '')
  return [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
}

/** As GitHub makes them: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
function anchorsOf(page: string): readonly string[] {
  const prose = read(page).replaceAll(/^```.*?^```/gms, '')
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('README', () => {
  test('is at most 10 KB', () => {
    expect(statSync('README.md').size).toBeLessThanOrEqual(10_240)
  })

  test('its transcript is at most 25 lines, all of them lines of the tour', () => {
    const tour = comparable(transcriptIn(read('docs/tour.md'))).join('\n')
    const excerpt = transcriptIn(read('README.md')).split('\n')
    expect(excerpt.length).toBeLessThanOrEqual(25)
    // `…` stands for what is left out, and rules are as long as the line allows.
    const parts = excerpt.flatMap((line) => line.replace(/^│/, '').replace(/─+$/, '').split('…'))
    expect(parts.flatMap(comparable).filter((part) => !tour.includes(part))).toEqual([])
  })

  test.each(globSync('docs/*.md'))('names %s', (page) => {
    expect(linksIn('README.md')).toContain(page)
  })
})

describe.each(pages)('%s', (page) => {
  const links = linksIn(page).filter((link) => !/^https?:/.test(link))

  test('every link to a file leads somewhere', () => {
    const files = links.map((link) => link.replace(/#.*/, '')).filter((file) => file !== '')
    expect(files.filter((file) => !existsSync(join(dirname(page), file)))).toEqual([])
  })

  test('every link to a heading leads to one', () => {
    const lost = links
      .filter((link) => link.includes('#'))
      .filter((link) => {
        const [file = '', anchor = ''] = link.split('#')
        const target = file === '' ? page : normalize(join(dirname(page), file))
        return !(existsSync(target) && anchorsOf(target).includes(anchor))
      })
    expect(lost).toEqual([])
  })

  test('every npm script that it names is there', () => {
    const named = [...read(page).matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script = '']) => script)
    expect(named.filter((script) => !Object.hasOwn(packageFile.scripts, script))).toEqual([])
  })

  test('every file of the project that it names is there', () => {
    const named = [...read(page).matchAll(/`((?:src|test|sandbox|bench|scripts|docs)\/[\w./-]+\.\w+)`/g)]
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(file))).toEqual([])
  })
})

describe('docs/architecture.md', () => {
  test('every file on its walks is there', () => {
    const walks = read('docs/architecture.md').split('## The walk of')
    const named = walks.slice(1).flatMap((walk) => [...walk.matchAll(/`((?:bot|jobs|diagnostics|redis|domain)\/[\w./-]+\.ts)`/g)])
    expect(named.length).toBeGreaterThan(50)
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(join('src', file)))).toEqual([])
  })
})

describe('docs/findings.md', () => {
  const titles = new Map(Map.groupBy(rules, ({ code }) => code))
    .entries()
    .map(([code, all]) => [code, all.map(({ title }) => title)] as const)
  test.each([...titles, ['healthy', []] as const])('the finding %s has a row, with what the answer says', (code, said) => {
    const row = read('docs/findings.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${code}\` |`))
    expect(row?.split('|')).toHaveLength(6)
    for (const title of said) expect(row).toContain(title)
  })
})
