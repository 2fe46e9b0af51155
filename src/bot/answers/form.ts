import type { Person, Place } from '../../domain/person.ts'
import type { Action } from '../../domain/request.ts'
import type { Service } from '../../domain/target.ts'
import type { Card } from '../chat/card.ts'
import { type Choice, type ChoiceQuery, type FilledForm, type Form, type FormProblems, wholeForm } from '../chat/form.ts'
import type { ServiceName } from '../command/parse.ts'
import { override, overrideForm } from './break-glass.ts'
import { type Desk, tooManyFrom } from './desk.ts'
import { askForDiagnosis } from './diagnosis.ts'
import { fixForm, submitFix } from './fix.ts'
import { askForChange } from './new-request.ts'
import { isReasonRequired } from './reason-form.ts'
import { azureServices, checkForm, everywhere, type ServiceFormKind, searchChoices, serviceForm } from './service-form.ts'
import { submitUndo, undoForm } from './undo.ts'
import { watch } from './watch.ts'
import { intervalMs } from './watch-interval.ts'

/** Answers a sent form. Every field is checked again: the lists may have changed since the form was opened, and a form may be forged. */
export async function submitForm(desk: Desk, by: Person, place: Place, filled: FilledForm): Promise<Card | FormProblems> {
  const { kind } = filled
  switch (kind) {
    case 'override':
      return await override(desk, by, filled)
    case 'undo':
      return await submitUndo(desk, by, filled)
    case 'fix':
      return await submitFix(desk, by, filled)
    default:
      return await submitServiceForm(desk, by, place, { ...filled, kind })
  }
}

/** The form with the lists that belong to its present choices; undefined while the list of services is not known. */
export async function refillForm(desk: Desk, filled: FilledForm): Promise<Form | undefined> {
  const { kind, values } = filled
  if (kind === 'override') return await overrideForm(desk, filled)
  if (kind === 'undo') return await undoForm(desk, filled)
  if (kind === 'fix') return await fixForm(desk, filled)
  const inventory = await desk.inventory.read()
  return inventory === undefined ? undefined : serviceForm(kind, values, { ...desk, inventory })
}

/** What a list of an open form offers for what somebody types into it. */
export async function searchForm(desk: Desk, query: ChoiceQuery): Promise<readonly Choice[]> {
  const inventory = await desk.inventory.read()
  return inventory === undefined ? [] : searchChoices(query, { ...desk, inventory })
}

async function submitServiceForm(
  desk: Desk,
  by: Person,
  place: Place,
  filled: FilledForm & { readonly kind: ServiceFormKind },
): Promise<Card | FormProblems> {
  const inventory = await desk.inventory.read()
  if (inventory === undefined)
    return { problems: { [wholeForm]: 'I cannot read the list of services right now. Try again in a minute.' } }
  const checked = checkForm(filled, { ...desk, inventory })
  if ('problems' in checked) return checked
  const { network } = checked
  const { values } = filled
  const service = serviceNameOf(checked.service, azureServices(inventory))
  switch (filled.kind) {
    case 'diagnose':
      return await askForDiagnosis(desk, { by, place, ...service, ...(network !== everywhere && { network }) })
    case 'watch': {
      const everyMs = intervalMs(values.every)
      if (everyMs === undefined) return { problems: { every: 'Choose how often.' } }
      return (await tooManyFrom(desk, by)) ?? (await watch(desk, { by, place, service, network, everyMs }))
    }
    default:
      return await submitChange(desk, filled.kind, { by, place, services: [service], network }, values.reason?.trim() ?? '')
  }
}

async function submitChange(
  desk: Desk,
  action: Action,
  asked: { readonly by: Person; readonly place: Place; readonly services: readonly ServiceName[]; readonly network: string },
  reason: string,
): Promise<Card | FormProblems> {
  if (reason === '' && isReasonRequired(desk, action, asked.network))
    return { problems: { reason: `Say why: ${action} in ${asked.network} needs a reason.` } }
  return await askForChange(desk, action, { ...asked, ...(reason !== '' && { reason }) })
}

/** The service by its name, or by its id where another service of the organization has the same name. */
function serviceNameOf({ id, name, organizationId, organizationName }: Service, all: readonly Service[]): ServiceName {
  const namesakes = all.filter((service) => service.name === name && service.organizationId === organizationId)
  return { service: namesakes.length === 1 ? name : id, organization: organizationName }
}
