import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the page consists of: its own files, with the types taken out, and those of the libraries. Nothing is built, and nothing else is served. */

const require = createRequire(import.meta.url)
const inSandbox = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Of the page's own; the browser reads Slack's markup with the code of the simulated Slack. */
const own = [
  'page/client/index.html',
  ...['base', 'chat', 'dialog', 'world'].map((name) => `page/client/${name}.css`),
  ...[
    'main',
    'html',
    'state',
    'act',
    'app',
    'messages',
    'file',
    'composer',
    'complete',
    'slack-blocks',
    'slack-text',
    'slack-form',
    'combobox',
  ].map((name) => `page/client/${name}.ts`),
  ...['teams-card', 'dialog', 'picture', 'world', 'faults', 'guide', 'shapes', 'people'].map((name) => `page/client/${name}.ts`),
  'slack/mrkdwn.ts',
  'slack/json.ts',
  'slack/render/date.ts',
]

/** By the name under which the page's modules import them. */
const modules: Readonly<Record<string, string>> = {
  preact: require.resolve('preact'),
  'preact/hooks': require.resolve('preact/hooks'),
  htm: require.resolve('htm').replace(/htm\.js$/, 'htm.mjs'),
  'markdown-it': require.resolve('markdown-it/package.json').replace('package.json', 'dist/browser/markdown-it.esm.min.mjs'),
}

/** Sets a global, as it has no form as a module for browsers. */
const cards = require.resolve('adaptivecards/package.json').replace('package.json', 'dist/adaptivecards.min.js')

const moduleUrl = (name: string): string => `/library/${name}.js`

const importMap = JSON.stringify({
  imports: Object.fromEntries(Object.keys(modules).map((name) => [name, moduleUrl(name)])),
})

/** For the content security policy. */
export const importMapHash = `sha256-${createHash('sha256').update(importMap).digest('base64')}`

export interface PageFile {
  readonly type: string
  readonly text: string
  readonly isOwn: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
const script = 'text/javascript; charset=utf-8'

/** All of them by path. Read anew for each server, so that a restart shows what was changed. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  for (const path of own) {
    const source = readFileSync(inSandbox(path), 'utf8')
    const isCode = extname(path) === '.ts'
    const text = isCode ? stripTypeScriptTypes(source) : source.replace('"IMPORT_MAP"', importMap)
    const url = path === 'page/client/index.html' ? '/' : `/${path}`
    files.set(url, { type: types[extname(path)] ?? script, text, isOwn: true })
  }
  const library = (url: string, path: string) => files.set(url, { type: script, text: readFileSync(path, 'utf8'), isOwn: false })
  for (const [name, path] of Object.entries(modules)) library(moduleUrl(name), path)
  library('/library/adaptivecards.js', cards)
  return files
}
