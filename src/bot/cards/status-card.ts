import { cleanText } from '../../domain/hostile-text.ts'
import {
  type Cell,
  cellsOf,
  isConnected,
  isUntouched,
  type LastVerdict,
  type RecordState,
  type Survey,
  type SurveyRow,
  unreadNames,
} from '../../domain/survey.ts'
import { type Card, code, command, type Part, strong, type Text, time, words } from '../chat/card.ts'
import { agoText } from './duration.ts'
import { shownName } from './subject.ts'

/** How many services one card shows. */
const mostServices = 15
/** From this age on a survey is called old, in milliseconds. */
const oldMs = 15 * 60_000

export interface StatusSource {
  readonly survey: Survey
  readonly verdictOf: (cell: Cell) => LastVerdict | undefined
  /** ISO 8601. */
  readonly now: string
}

/** Services × networks: endpoint, record, allow list and last verdict of each pair. `rows`: the services of the survey to show. */
export function statusCard(rows: readonly SurveyRow[], { survey, verdictOf, now }: StatusSource): Card {
  const { connected, pairs } = countsOf(rows)
  const title = `Private Link: ${connected} of ${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of service and network connected`
  const shown = rows.slice(0, mostServices)
  return {
    summary: title,
    parts: [
      { kind: 'title', text: title },
      ...shown.map(
        (row): Part => ({
          kind: 'lines',
          lines: [
            serviceLine(row),
            ...cellsOf({ networks: survey.networks, rows: [row] }).map((cell) =>
              cellLine(cell, verdictOf(cell), Date.parse(now)),
            ),
          ],
        }),
      ),
      ...more(rows.length - shown.length),
      ...survey.unread.map(
        ({ network, problem }): Part => ({
          kind: 'text',
          text: words`${strong(shownName(network))} could not be read: ${cleanText(problem, 300)}`,
        }),
      ),
      ...(survey.stale ?? []).map(
        ({ organization, readAt }): Part => ({
          kind: 'text',
          text: words`${strong(shownName(organization))} could not be read: its services are ${readAt === undefined ? 'missing' : words`as they were ${time(readAt)}`}.`,
        }),
      ),
      ...unlearned(survey),
      ...workers(survey),
      { kind: 'note', text: ageText(survey.readAt, Date.parse(now)) },
    ],
  }
}

function countsOf(rows: readonly SurveyRow[]): { readonly connected: number; readonly pairs: number } {
  let [connected, pairs] = [0, 0]
  for (const { states } of rows)
    for (const state of states) {
      if (state === undefined) continue
      pairs += 1
      if (isConnected(state)) connected += 1
    }
  return { connected, pairs }
}

function serviceLine({ service: { name, region, state } }: SurveyRow): Text {
  return words`${strong(shownName(name))}  ${cleanText(region, 40)}, ${cleanText(state, 40)}`
}

function more(count: number): readonly Part[] {
  if (count <= 0) return []
  return [{ kind: 'note', text: words`${String(count)} more services. To see one: ${command('status SERVICE')}` }]
}

/** How many private names the background reads in a minute, by its share of the budget. */
const learnedPerMinute = 30

function unlearned(survey: Survey): readonly Part[] {
  const count = unreadNames(survey)
  if (count === 0) return []
  const what = count === 1 ? 'One service is' : `${count} services are`
  const minutes = Math.ceil(count / learnedPerMinute)
  const time =
    minutes <= 5 ? 'a few minutes' : minutes <= 90 ? `about ${minutes} minutes` : `about ${Math.ceil(minutes / 60)} hours`
  return [{ kind: 'note', text: `${what} not read yet, and missing here for ${time}.` }]
}

/** The diagnostics processes of each network, with their versions. */
function workers({ workers: byNetwork = {} }: Survey): readonly Part[] {
  const each = Object.entries(byNetwork).map(([network, versions]) => {
    const known = [...new Set(versions)].map((version) => cleanText(version, 20)).join(', ')
    return `${shownName(network)} ${versions.length === 0 ? 'none' : `${versions.length} (version ${known})`}`
  })
  return each.length === 0 ? [] : [{ kind: 'note', text: `Diagnostics workers: ${each.join(' · ')}` }]
}

function ageText(readAt: string, now: number): Text {
  const age = words`Read ${time(readAt)}, ${agoText(readAt, now)}.`
  if (now - Date.parse(readAt) < oldMs)
    return words`${age} To check now from inside a network: ${command('diagnose SERVICE from NETWORK')}`
  return words`${age} That is old: the jobs process may be down, or may not reach Azure or ClickHouse Cloud. Look at its log.`
}

function cellLine(cell: Cell, verdict: LastVerdict | undefined, now: number): Text {
  const { network, endpoint, record, listed } = cell
  const name = shownName(network)
  const seen = verdict === undefined ? 'never diagnosed' : `${verdict.code} ${agoText(verdict.at, now)}`
  if (isUntouched(cell)) return words`${code('· not set up')} ${name}`
  const parts = [
    endpoint === undefined ? 'no endpoint' : `endpoint ${cleanText(endpoint.connection, 40)}`,
    recordTexts[record],
    listed ? 'on the allow list' : 'not on the allow list',
    seen,
  ]
  return words`${code(markOf(cell, verdict))} ${name}: ${parts.join(' · ')}`
}

function markOf(cell: Cell, verdict: LastVerdict | undefined): string {
  if (!isConnected(cell)) return '✘ incomplete'
  return verdict?.severity === 'fail' ? '! in place, last diagnosis failed' : '✔ in place'
}

const recordTexts: Readonly<Record<RecordState, string>> = {
  right: 'record leads to it',
  elsewhere: 'record leads elsewhere',
  'not-linked': 'zone not linked',
  absent: 'no record',
}
