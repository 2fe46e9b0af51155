import type { Sandbox } from '../sandbox.ts'
import { objectsOf, stringOf } from '../teams/json.ts'
import type { TeamsDialog, TeamsMessage } from '../teams/store.ts'
import { type Told, text } from './told.ts'

/** What people do in Teams, by the simulated Teams' own driver. */
export async function actInTeams({ teams, botUrl }: Sandbox, told: Told): Promise<void> {
  if (teams === undefined) throw new Error('There is no Teams in this sandbox.')
  const people = teams.driver(botUrl)
  const person = text(told, 'person')
  const user = teams.directory.user(person)
  if (user === undefined) throw new Error(`${person} is not in this tenant.`)
  if (teams.directory.tenant.disabled?.has(person) === true)
    throw new Error(`The account of ${person} is switched off: Teams has signed them out.`)
  const message = (): TeamsMessage => {
    const found = teams.store.messages.find(({ id }) => `teams/${id}` === told.item)
    if (found === undefined) throw new Error('This message is no longer there.')
    return found
  }
  const dialog = (): TeamsDialog => {
    const found = teams.dialogOf(person)
    if (found === undefined) throw new Error('This dialog is no longer there.')
    return found
  }
  switch (told.do) {
    case 'say': {
      const said = text(told, 'text').trim()
      const place = text(told, 'place')
      const [, words] = /^@privatelink\s*([\s\S]*)$/.exec(said) ?? []
      const isPersonal = teams.directory.kindOf(place) === 'personal'
      if (isPersonal || words !== undefined) await people.command(person, isPersonal ? 'personal' : place, words ?? said)
      else throw new Error('In a channel of Teams the bot hears only what begins with @privatelink.')
      return
    }
    case 'click':
      await people.click(person, message(), text(told, 'label'))
      return
    case 'open':
      await people.openDialog(person, message(), text(told, 'label'))
      return
    case 'submit':
      await people.submit(person, labelled(dialog(), told.values), text(told, 'label'))
      return
    case 'close':
      dialog().open = false
      teams.store.changed()
      return
    case 'accept-file':
      await people.acceptFile(person, message())
      return
    case 'refresh':
      await people.refresh(person, message())
      return
    default:
      throw new Error('Nobody can do that in Teams.')
  }
}

/** The driver speaks of fields and choices by what a person reads. */
function labelled({ card }: TeamsDialog, values: unknown): Record<string, string> {
  const given = typeof values === 'object' && values !== null ? (values as Record<string, unknown>) : {}
  const fields = objectsOf(card, 'body').filter(({ type }) => String(type).startsWith('Input.'))
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = given[stringOf(field, 'id') ?? '']
      const label = stringOf(field, 'label')
      if (typeof value !== 'string' || label === undefined) return []
      const choice = objectsOf(field, 'choices').find((each) => each.value === value)
      if (field.type === 'Input.ChoiceSet' && choice === undefined) return []
      return [[label, stringOf(choice, 'title') ?? value]]
    }),
  )
}
