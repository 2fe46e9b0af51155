import { type Cell, type PairState, type Survey, tableOf } from '../domain/survey.ts'
import type { Service } from '../domain/target.ts'

/** A survey as Redis keeps it: each service once, and what was seen of a pair only once too: all services of a region have the same endpoints. */
export interface StoredSurvey extends Omit<Survey, 'networks' | 'rows'> {
  /** Empty where there are rows. A process of 0.2.0, which knows only this field, shows no services then. */
  readonly cells: readonly Cell[]
  readonly networks?: readonly string[]
  readonly seen?: readonly PairState[]
  readonly rows?: readonly Row[]
}

interface Row {
  readonly service: Service
  /** For each of `networks`, the place in `seen`; null where the survey has no such pair. */
  readonly at: readonly (number | null)[]
}

/** Pure. `surveyOf` makes the same survey of it. */
export function rowsOf(survey: Survey): StoredSurvey {
  const places = new Map<string, number>()
  const placeOf = (state: PairState | undefined): number | null => {
    if (state === undefined) return null
    const text = JSON.stringify(state)
    const place = places.get(text) ?? places.size
    places.set(text, place)
    return place
  }
  const rows = survey.rows.map(({ service, states }): Row => ({ service, at: states.map(placeOf) }))
  return { ...survey, cells: [], seen: [...places.keys()].map((text) => JSON.parse(text)), rows }
}

/** Pure. Reads what an older version has stored too. */
export function surveyOf({ networks = [], seen = [], rows, cells, ...stored }: StoredSurvey): Survey {
  if (rows === undefined) return { ...stored, ...tableOf(cells) }
  const withStates = rows.map(({ service, at }) => ({ service, states: at.map((place) => seen[place ?? -1]) }))
  return { ...stored, networks, rows: withStates }
}
