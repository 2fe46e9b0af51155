import type { Request } from '../../../domain/request.ts'
import type { Network } from '../../../domain/target.ts'
import { terraformInput } from '../../../domain/terraform/derive.ts'
import { toTerraform } from '../../../domain/terraform/document.ts'
import type { Card, Part, Text } from '../../chat/card.ts'
import { statusOf } from '../subject.ts'

/** Longest code block, in characters; escaping may make it longer. */
const blockLength = 2_400

/** The request as the content of a Terraform file: resources, and `import` blocks for those that exist. Undefined where there are none. */
export function terraformOf(request: Request, networks: readonly Network[]): string | undefined {
  const network = networks.find(({ name }) => name.toLowerCase() === request.asked.network.toLowerCase())
  const input = network === undefined ? undefined : terraformInput(request, network)
  return input === undefined ? undefined : toTerraform(input)
}

/** The file as text to copy. `why`: why it was not sent as a file. */
export function terraformCard(request: Request, content: string, why: Text): Card {
  return {
    summary: `${request.id}.tf (${statusOf(request)})`,
    parts: [
      { kind: 'title', text: `${request.id}.tf` },
      { kind: 'note', text: statusOf(request) },
      ...blocksOf(content),
      { kind: 'note', text: why },
    ],
  }
}

/** Cuts the text between resources only. */
function blocksOf(text: string): readonly Part[] {
  const blocks: string[][] = [[]]
  for (const resource of text.trimEnd().split('\n\n')) {
    const last = blocks.at(-1) ?? []
    const length = last.join('\n\n').length + resource.length
    if (last.length > 0 && length > blockLength) blocks.push([resource])
    else last.push(resource)
  }
  return blocks.map((resources) => ({ kind: 'code', lines: resources.join('\n\n').split('\n') }))
}
