// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of Terraform, not of TypeScript.

import { describe, expect, test } from 'vitest'
import {
  attribute,
  block,
  call,
  code,
  comment,
  element,
  hcl,
  list,
  object,
  text,
  textMap,
} from '../../../../src/domain/terraform/hcl.ts'
import { terraformName } from '../../../../src/domain/terraform/terraform-name.ts'
import { parse } from '../../../hcl.ts'
import { parsed } from './terraform-literals.ts'

describe('text', () => {
  test.each([
    'plain',
    'a "quoted" word',
    '\\',
    '\\n',
    '\\"',
    'two\nlines\r\nand a\ttab',
    '${file("/etc/passwd")}',
    '$${x}',
    '$$${x}',
    '%{ if true }yes%{ endif }',
    '%%{x}',
    '$%{x}',
    '%${x}',
    'ends in ${',
    '$',
    '%',
    '{}',
    '"\n}\nresource "a" "b" {',
    '\u0000\u0007\u001b[31m\u0085\u2028\u202e',
    '日本 👩‍👩‍👧',
    '/* # // <<EOT',
  ])('reads back as it was: %j', async (value) => {
    const { a, m } = Object(await parsed(hcl([attribute('a', text(value)), attribute('m', textMap({ [value]: value }))])))
    expect(a).toBe(value)
    expect(m).toEqual({ [value]: value })
  })

  test('doubles the sign of a template, and names the signs where there are several', () => {
    expect(hcl([attribute('a', text('${x} %{y} $x'))])).toBe('a = "$${x} %%{y} $x"\n')
    expect(hcl([attribute('a', text('$${x}'))])).toBe('a = "\\u0024\\u0024{x}"\n')
  })

  test('half a surrogate pair becomes the replacement character', () => {
    expect(hcl([attribute('a', text('\ud800'))])).toBe('a = "\ufffd"\n')
  })
})

describe('hcl', () => {
  test('aligns runs of one-line attributes, each for itself, and leaves blank lines around all else', () => {
    const items = [
      comment('first', 'second'),
      block(
        'resource',
        ['type', 'name'],
        [
          attribute('a', text('x')),
          attribute('longer', list([code('1'), code('2')])),
          attribute('empty', textMap({})),
          attribute('tags', textMap({ k: 'v', longest: 'w' })),
          attribute('after', code('true')),
          block('nested', [], [attribute('inner', object({ deep: object({ x: code('1'), long: code('2') }) }))]),
          comment('last'),
          block('empty', [], []),
        ],
      ),
    ]
    expect(hcl(items)).toBe(`# first
# second
resource "type" "name" {
  a      = "x"
  longer = [1, 2]
  empty  = {}

  tags = {
    "k"       = "v"
    "longest" = "w"
  }

  after = true

  nested {
    inner = {
      deep = {
        x    = 1
        long = 2
      }
    }
  }

  # last
  empty {}
}
`)
  })

  test('counts graphemes, as terraform fmt does', () => {
    expect(hcl([attribute('m', textMap({ 日本: 'a', é: 'b', abc: 'c' }))])).toBe(
      'm = {\n  "日本"  = "a"\n  "é"   = "b"\n  "abc" = "c"\n}\n',
    )
  })

  test('a comment stays a comment', async () => {
    const tf = hcl([comment('one\nresource "a" "b" {}', 'two\r\u2028x = 1'), attribute('a', code('1'))])
    expect(tf.split('\n')).toHaveLength(4)
    expect(await parse('a.tf', tf)).toEqual({ a: 1 })
  })

  test('a key cannot leave its brackets', async () => {
    const tf = hcl([attribute('a', call('concat', list([text('x')]), element('var.m', '"] ${y}')))])
    expect(tf).toBe('a = concat(["x"], var.m["\\"] $${y}"])\n')
    await expect(parse('a.tf', tf)).resolves.toBeDefined()
  })
})

describe('terraformName', () => {
  test.each([
    ['pe-Analytics_prod.eu', 'pe_analytics_prod_eu'],
    ['9lives', 'n_9lives'],
    ['日本', 'unnamed'],
    ['', 'unnamed'],
    ['"] { evil', 'evil'],
    ['x'.repeat(300), 'x'.repeat(60)],
  ])('%j becomes %s', (from, name) => {
    expect(terraformName(from, new Set())).toBe(name)
  })

  test('never gives a name twice', () => {
    const taken = new Set<string>()
    expect(['a', 'A', 'a-2', 'a!'].map((each) => terraformName(each, taken))).toEqual(['a', 'a_2', 'a_2_2', 'a_3'])
  })
})
