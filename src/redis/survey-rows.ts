import type { Cell, Survey } from '../domain/survey.ts'
import type { Service } from '../domain/target.ts'

/**
 * A survey as Redis keeps it: each service once, and what was seen of a pair only once too. 2,000 services and 50 networks have 100,000 pairs, and all
 * services of a region have the same endpoints.
 */
export interface StoredSurvey extends Survey {
  /** Empty where there are rows. A process of 0.2.0, which knows only this field, shows no services then. */
  readonly cells: readonly Cell[]
  readonly networks?: readonly string[]
  readonly seen?: readonly Seen[]
  readonly rows?: readonly Row[]
}

type Seen = Omit<Cell, 'service' | 'network'>

interface Row {
  readonly service: Service
  /** For each of `networks`, the place in `seen`; null where the survey has no cell. */
  readonly at: readonly (number | null)[]
}

/** Pure. `surveyOf` makes the same survey of it, with its cells in the order of services and then of networks. */
export function rowsOf(survey: Survey): StoredSurvey {
  const networks = [...new Set(survey.cells.map(({ network }) => network))]
  const places = new Map<string, number>()
  const placeOf = ({ service: _, network: __, ...seen }: Cell): number => {
    const text = JSON.stringify(seen)
    const place = places.get(text) ?? places.size
    places.set(text, place)
    return place
  }
  const rows = [...Map.groupBy(survey.cells, ({ service }) => service.id).values()].flatMap((cells): Row[] => {
    const [first] = cells
    if (first === undefined) return []
    const byNetwork = new Map(cells.map((cell) => [cell.network, placeOf(cell)]))
    return [{ service: first.service, at: networks.map((network) => byNetwork.get(network) ?? null) }]
  })
  return { ...survey, cells: [], networks, seen: [...places.keys()].map((text) => JSON.parse(text)), rows }
}

/** Pure. Reads what an older version has stored too. */
export function surveyOf({ networks = [], seen = [], rows, ...stored }: StoredSurvey): Survey {
  if (rows === undefined) return stored
  const cells: Cell[] = []
  for (const { service, at } of rows)
    for (const [index, place] of at.entries()) {
      const [network, of] = [networks[index], seen[place ?? -1]]
      if (network !== undefined && of !== undefined) cells.push({ ...of, service, network })
    }
  return { ...stored, cells }
}
