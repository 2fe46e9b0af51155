import { toProblem } from '../../domain/errors.ts'
import type { Person } from '../../domain/person.ts'
import type { Request } from '../../domain/request.ts'
import { terraformCard, terraformOf } from '../cards/request/terraform-card.ts'
import { statusOf } from '../cards/subject.ts'
import { type Card, code, say, words } from '../chat/card.ts'
import { type Desk, tooManyFrom } from './desk.ts'
import { noteDown } from './note-down.ts'

/** Sends the request as a `.tf` file to the person who clicked. Returns the text of the file where it cannot be sent. */
export async function exportTerraform(desk: Desk, by: Person, request: Request): Promise<Card> {
  const content = terraformOf(request, desk.networks)
  if (content === undefined) return say(words`${request.id} has nothing that could be adopted with Terraform.`, statusOf(request))
  const tooMuch = await tooManyFrom(desk, by)
  if (tooMuch !== undefined) return tooMuch
  const name = `${request.id.toLowerCase()}.tf`
  await noteDown(desk, { event: 'export', by, about: request, what: name })
  try {
    await desk.attach(by, {
      name,
      content,
      comment: `${request.id} for Terraform. \`terraform plan\` shows what adopting it would change.`,
    })
    return say(words`I sent you ${code(name)} in a direct message.`, statusOf(request))
  } catch (error) {
    desk.log.warn({ err: error, request: request.id }, 'a file could not be sent')
    const { message, remedy } = toProblem(error)
    return terraformCard(request, content, `Save it as ${name}. I could not send it as a file: ${message} ${remedy}`)
  }
}
