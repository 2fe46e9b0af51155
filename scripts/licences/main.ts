import { readFileSync, writeFileSync } from 'node:fs'
import { licencePage } from './licences.ts'

/** `npm run licences` writes docs/licences.md. Run it when a dependency was added or removed: a test fails until then. */

writeFileSync('docs/licences.md', licencePage(JSON.parse(readFileSync('package-lock.json', 'utf8'))))
process.stdout.write('docs/licences.md is written.\n')
