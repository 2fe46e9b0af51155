import { cleanText } from '../../../domain/hostile-text.ts'
import type { Request } from '../../../domain/request.ts'
import type { Site } from '../../../domain/site.ts'
import { type Card, code, say, type Text, words } from '../../chat/card.ts'
import { shownName, statusOf, subjectOf } from '../subject.ts'
import { detailLines, planSummary } from './plan-lines.ts'

/** Every field of every step, and the digest that an approval counts for. `seen` is the digest of the plan that the person saw. */
export function detailsCard(request: Request, seen: string): Card {
  const { plan, digest } = request
  if (plan === undefined || digest === undefined) return say(words`${request.id} has no plan.`, statusOf(request))
  const { services, alias, site } = plan
  return {
    summary: `Details of ${request.id} (${statusOf(request)})`,
    parts: [
      { kind: 'title', text: `Details: ${subjectOf(request)}` },
      { kind: 'note', text: statusOf(request) },
      ...(seen === digest
        ? []
        : [{ kind: 'text', text: 'The plan changed since you opened it. These are the details of the new one.' } as const]),
      {
        kind: 'lines',
        lines: [
          ...services.flatMap(({ service, host }) => [
            words`service ${shownName(service.name)} (${code(service.id)}) of ${shownName(service.organizationName)}, ${service.provider} ${service.region}`,
            words`host ${code(cleanText(host, 253))}`,
          ]),
          words`alias ${code(cleanText(alias, 300))}`,
          ...siteLines(site),
        ],
      },
      ...plan.steps.map((step) => ({ kind: 'lines', lines: detailLines(step) }) as const),
      { kind: 'text', text: planSummary(plan, request.action) },
      { kind: 'note', text: words`An approval counts for exactly this plan: ${code(digest.slice(0, 12))}` },
    ],
  }
}

/** Where everything lies, by its full ids. */
function siteLines(site: Site | undefined): readonly Text[] {
  if (site === undefined) return []
  const { subnet, endpoint, zone, applicationSecurityGroups, tags, installation } = site
  const line = (what: string, id: string | undefined) => (id === undefined ? [] : [words`${what} ${code(cleanText(id, 400))}`])
  const tagText = Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
  return [
    ...line('subnet', subnet),
    ...line('endpoint', endpoint),
    ...line('zone', zone),
    ...applicationSecurityGroups.flatMap((id) => line('application security group', id)),
    ...line('tags', tagText === '' ? undefined : tagText),
    ...line('installation', installation),
  ]
}
