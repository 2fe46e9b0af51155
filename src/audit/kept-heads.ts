import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ChainHead } from '../domain/audit.ts'

/** A line of `AUDIT_FILE`, a body that the webhook got, or a line of a process's log. Other lines of a log have another `msg`. */
const headSchema = z.object({
  msg: z.literal('audit').optional(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  count: z.int().min(1),
})

/** The heads in these files, one JSON object a line; lines that are none are left out. Throws when a file cannot be read, or holds no head. */
export async function keptHeadsIn(paths: readonly string[]): Promise<readonly ChainHead[]> {
  const found: ChainHead[] = []
  for (const path of paths) {
    const heads = (await readFile(path, 'utf8')).split('\n').flatMap(headIn)
    if (heads.length === 0)
      throw new Error(`${path} names no entry: is it a file of AUDIT_FILE, or the log of the bot or the jobs process?`)
    for (const head of heads) found.push(head)
  }
  return found
}

function headIn(line: string): readonly ChainHead[] {
  try {
    const { success, data } = headSchema.safeParse(JSON.parse(line))
    return success ? [{ hash: data.hash, count: data.count }] : []
  } catch {
    return []
  }
}
