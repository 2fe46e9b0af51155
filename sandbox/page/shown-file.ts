import type { FileShown } from './client/shapes.ts'

/** A file that lies in Slack or in somebody's OneDrive, as the page shows it. */

/** How much of a text stands in the chat, in lines and in characters. */
const [mostLines, mostCharacters] = [12, 1_200]

export interface Kept {
  readonly id: string
  readonly name: string
  readonly content: Buffer
  readonly alt?: string
}

export function fileShown({ id, name, content, alt }: Kept): FileShown {
  const preview = isPicture(name) ? undefined : beginningOf(content.toString('utf8'))
  return {
    name,
    url: `/api/file/${id}`,
    bytes: content.length,
    ...(alt !== undefined && { alt }),
    ...(preview !== undefined && { preview }),
  }
}

export function isPicture(name: string): boolean {
  return name.endsWith('.png')
}

function beginningOf(text: string): string {
  const lines = text.split('\n')
  const beginning = lines.slice(0, mostLines).join('\n').slice(0, mostCharacters)
  return beginning.length < text.trimEnd().length ? `${beginning}\n…` : beginning
}
