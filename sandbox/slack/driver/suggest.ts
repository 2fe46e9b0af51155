import { wireView } from '../api/wire-view.ts'
import type { Input } from '../inputs.ts'
import { offered } from '../inputs.ts'
import { isObject, type JsonObject, parseJson } from '../json.ts'
import type { SlackView } from '../store.ts'
import { option, optionGroup } from '../validate/composition.ts'
import { list } from '../validate/rule.ts'
import { assertVisible } from './action.ts'
import { findInput } from './fill.ts'
import { type Desk, interaction, type Options, person, sendPayload } from './person.ts'
import type { Entry } from './pick.ts'

const answerOf = { options: list(option, { max: 100 }), option_groups: list(optionGroup, { max: 100 }) }

/** Types into a select whose options the app gives (`external_select`), and resolves with them. None where the app did not answer properly. */
export async function suggest(
  desk: Desk,
  who: string,
  view: SlackView,
  name: string,
  typed: string,
  options: Options = {},
): Promise<readonly JsonObject[]> {
  const user = person(desk, who)
  assertVisible(view, user)
  const { element, actionId, blockId } = findInput(view.content.blocks, name)
  if (element.type !== 'external_select') throw new Error(`"${name}" is not searched`)
  const least = typeof element.min_query_length === 'number' ? element.min_query_length : 3
  if ([...typed].length < least) return []
  const payload = {
    type: 'block_suggestion',
    ...interaction(desk, user, options),
    container: { type: 'view', view_id: view.id },
    action_id: actionId,
    block_id: blockId,
    value: typed,
    view: wireView(desk.backend.directory.workspace, view),
  }
  const { body, error } = await sendPayload(desk, `searching ${actionId}`, user, payload, options)
  if (error !== undefined || options.forge !== undefined) return []
  const answer = parseJson(body)
  const problems: string[] = []
  const given = isObject(answer) ? Object.entries(answerOf).filter(([key]) => answer[key] !== undefined) : []
  if (given.length !== 1) problems.push('must have options or option_groups')
  for (const [key, rule] of given)
    rule(Reflect.get(Object(answer), key), `/${key}`, (problem, at) => problems.push(`${problem} ${at}`))
  if (problems.length === 0 && isObject(answer)) {
    const shown = shownIn.get(view) ?? new Map()
    shownIn.set(view, shown.set(keyOf(blockId, typed), offered(answer)))
    return offered(answer)
  }
  desk.backend.store.fail(user.id, `searching ${actionId}`, problems.join('; '))
  return []
}

/** What forms have shown as options, by field and what was typed: what a person chooses of it is not asked for again. */
const shownIn = new WeakMap<SlackView, Map<string, readonly JsonObject[]>>()
const keyOf = (blockId: string, typed: string) => JSON.stringify([blockId, typed])

/** What a person chooses in a select that is searched: the option with this value, of those that `suggest` has shown for what was typed. */
export interface SearchedEntry {
  readonly typed: string
  readonly value: string
}

function isSearched(entry: Entry | SearchedEntry): entry is SearchedEntry {
  return typeof entry === 'object' && entry !== null && 'typed' in entry
}

/**
 * The input with what the app offers for this entry, where it is one that is searched: a person can only choose what is shown. Throws for a `SearchedEntry` in
 * another input.
 */
export async function searched(
  desk: Desk,
  who: string,
  view: SlackView | undefined,
  input: Input,
  entry: Entry | SearchedEntry,
  options: Options,
): Promise<{ readonly input: Input; readonly entry: Entry }> {
  const { element, blockId } = input
  const withOptions = (shown: readonly JsonObject[]) => ({ ...input, element: { ...element, options: shown } })
  if (isSearched(entry)) {
    if (view === undefined || element.type !== 'external_select') throw new Error(`"${blockId}" is not searched`)
    return { input: withOptions(shownIn.get(view)?.get(keyOf(blockId, entry.typed)) ?? []), entry: entry.value }
  }
  if (view === undefined || element.type !== 'external_select' || typeof entry !== 'string') return { input, entry }
  return { input: withOptions(await suggest(desk, who, view, input.actionId, entry, options)), entry }
}
