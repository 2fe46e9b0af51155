import { expect, test } from 'vitest'
import type { Rule } from '../../../../../sandbox/teams/validate/rule.ts'
import { link, picture } from '../../../../../sandbox/teams/validate/urls.ts'

function problems(rule: Rule, value: unknown): readonly string[] {
  const found: string[] = []
  rule(value, 'url', (problem) => found.push(problem))
  return found
}

const base64 = (bytes: number) => `data:image/png;base64,${Buffer.alloc(bytes, 1).toString('base64')}`

test.each(['https://acme.example/a?b=c#d', 'http://acme.example', 'mailto:bob@acme.example', 'msteams:/l/chat/0/0'])(
  '%s is a link',
  (url) => {
    expect(problems(link, url)).toEqual([])
  },
)

test.each(['', '/relative', 'acme.example', 'javascript:alert(1)', 'data:text/html,x', 'file:///etc/hosts', 7])(
  '%s is no link',
  (url) => {
    expect(problems(link, url)).toHaveLength(1)
  },
)

test.each(['https://acme.example/a.png', base64(10), base64(1_024 * 1_024 - 1)])('a picture: %.40s', (url) => {
  expect(problems(picture, url)).toEqual([])
})

test.each([
  ['not https', 'http://acme.example/a.png', 'url must be an https URL'],
  ['of 1 MB', base64(1_024 * 1_024), 'url is a picture of 1 MB or more'],
  ['a web page', 'data:text/html;base64,PGI+', 'url must be a PNG, JPEG or GIF in base64'],
  ['an SVG', 'data:image/svg+xml;base64,PHN2Zz4=', 'url must be a PNG, JPEG or GIF in base64'],
  ['not in base64', 'data:image/png,abc', 'url must be a PNG, JPEG or GIF in base64'],
  ['in base64 cut short', 'data:image/png;base64,abc', 'url must be a PNG, JPEG or GIF in base64'],
  ['empty', 'data:image/png;base64,', 'url must be a PNG, JPEG or GIF in base64'],
])('a picture that is %s is refused', (_what, url, problem) => {
  expect(problems(picture, url)).toEqual([problem])
})
