import type { Request } from '../domain/request.ts'
import type { Network } from '../domain/target.ts'
import { terraformInput } from '../domain/terraform/derive.ts'
import { toTerraform } from '../domain/terraform/document.ts'
import { type Card, type Part, say, words } from './card.ts'
import { statusOf } from './subject.ts'

/** What one block of a message holds, in characters, with room for what escaping adds. */
const blockLength = 2_400

/** The request as a Terraform file, to be copied: resources, and `import` blocks for what exists. */
export function terraformCard(request: Request, networks: readonly Network[]): Card {
  const network = networks.find(({ name }) => name.toLowerCase() === request.asked.network.toLowerCase())
  const input = network === undefined ? undefined : terraformInput(request, network)
  if (input === undefined) return say(words`${request.id} has nothing that could be adopted with Terraform.`, statusOf(request))
  return {
    summary: `${request.id}.tf (${statusOf(request)})`,
    parts: [
      { kind: 'title', text: `${request.id}.tf` },
      { kind: 'note', text: statusOf(request) },
      ...blocksOf(toTerraform(input)),
      { kind: 'note', text: 'Save it as a file of this name. `terraform plan` shows what adopting it would change.' },
    ],
  }
}

/** Cut between resources, so that no line is broken. */
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
