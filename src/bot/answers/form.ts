import type { Person, Place } from '../../domain/person.ts'
import { policyFor } from '../../domain/policy.ts'
import type { Action } from '../../domain/request.ts'
import type { Service } from '../../domain/target.ts'
import type { Card } from '../chat/card.ts'
import type { FilledForm, FormProblems } from '../chat/surface.ts'
import type { ServiceName } from '../command/parse.ts'
import { type Desk, tooManyFrom } from './desk.ts'
import { askForDiagnosis } from './diagnosis.ts'
import { askForChange } from './new-request.ts'
import { azureServices, checkForm, everywhere, intervalMs, serviceForm } from './service-form.ts'
import { watch } from './watch.ts'

/** The form's answer, judged again on this side: the lists may have changed since it was opened. */
export async function submitForm(desk: Desk, by: Person, place: Place, filled: FilledForm): Promise<Card | FormProblems> {
  const inventory = await desk.inventory.read()
  if (inventory === undefined)
    return { problems: { organization: 'The list of services is gone for the moment. Try again in a minute.' } }
  const checked = checkForm(filled, { ...desk, inventory })
  if ('problems' in checked) return checked
  const { network } = checked
  const service = wordsFor(checked.service, azureServices(inventory))
  switch (filled.kind) {
    case 'diagnose':
      return await askForDiagnosis(desk, { by, place, ...service, ...(network !== everywhere && { network }) })
    case 'watch': {
      const everyMs = intervalMs(filled.every)
      if (everyMs === undefined) return { problems: { every: 'Choose how often.' } }
      return (await tooManyFrom(desk, by)) ?? (await watch(desk, { by, place, service, network, everyMs }))
    }
    default:
      return await submitChange(desk, filled.kind, { by, place, services: [service], network }, filled.reason?.trim() ?? '')
  }
}

async function submitChange(
  desk: Desk,
  action: Action,
  asked: { readonly by: Person; readonly place: Place; readonly services: readonly ServiceName[]; readonly network: string },
  reason: string,
): Promise<Card | FormProblems> {
  if (reason === '' && policyFor(desk.policies, action, asked.network)?.reasonRequired === true)
    return { problems: { reason: `Say why: ${action} in ${asked.network} needs a reason.` } }
  return await askForChange(desk, action, { ...asked, ...(reason !== '' && { reason }) })
}

/** By name, unless another service of the organization has the same. */
function wordsFor({ id, name, organizationId, organizationName }: Service, all: readonly Service[]): ServiceName {
  const namesakes = all.filter((service) => service.name === name && service.organizationId === organizationId)
  return { service: namesakes.length === 1 ? name : id, organization: organizationName }
}

/** The form with the services of the organization that is chosen in it now. */
export async function refillForm(desk: Desk, place: Place, filled: FilledForm) {
  const inventory = await desk.inventory.read()
  return inventory === undefined ? undefined : serviceForm(filled.kind, place, filled, { ...desk, inventory })
}
