import { createRequire } from 'node:module'

interface Parser {
  /** HCL text as JSON, by HashiCorp's own parser. Rejects what is not HCL. */
  parse(fileName: string, text: string): Promise<Record<string, unknown>>
}

// Required rather than imported: its types bring those of the browser into every file.
const parser: Parser = createRequire(import.meta.url)('@cdktf/hcl2json')

export const { parse } = parser
