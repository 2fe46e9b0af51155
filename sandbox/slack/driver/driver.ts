import type { Backend } from '../api/method.ts'
import type { JsonObject } from '../json.ts'
import type { SlackView } from '../store.ts'
import type { Until } from '../until.ts'
import type { Clickable } from './action.ts'
import { choose, chooseOverflow } from './choose.ts'
import type { ButtonMatch } from './click.ts'
import { click } from './click.ts'
import type { CommandOptions } from './command.ts'
import { command } from './command.ts'
import type { Exchange, RawRequest } from './deliver.ts'
import { send } from './deliver.ts'
import { openHome } from './home.ts'
import type { Desk, Options } from './person.ts'
import type { Entry } from './pick.ts'
import type { Submission } from './submit.ts'
import { closeModal, submit } from './submit.ts'
import { type SearchedEntry, suggest } from './suggest.ts'

/**
 * People in Slack, by name or id. What they do reaches the bot as signed HTTP; each method resolves with the bot's answer, after Slack has shown it,
 * and throws only when Slack's client would not let a person do that.
 */
export interface SlackDriver {
  /** Everything sent so far, for replays. */
  readonly requests: readonly RawRequest[]
  readonly until: Until
  command(user: string, text: string, options?: CommandOptions): Promise<Exchange>
  openHome(user: string, options?: Options): Promise<Exchange>
  click(user: string, place: Clickable, match: ButtonMatch, options?: Options): Promise<Exchange>
  /** In a select, checkboxes or radio buttons that tell the app at once. */
  choose(user: string, place: Clickable, label: string, entry: Entry | SearchedEntry, options?: Options): Promise<Exchange>
  chooseOverflow(user: string, place: Clickable, text: string, options?: Options): Promise<Exchange>
  /** Types into a select whose options the app gives. */
  suggest(user: string, view: SlackView, label: string, typed: string, options?: Options): Promise<readonly JsonObject[]>
  submit(
    user: string,
    view: SlackView,
    values?: Readonly<Record<string, Entry | SearchedEntry>>,
    options?: Options,
  ): Promise<Submission>
  /** Resolves with `undefined` when the app did not ask to be told. */
  closeModal(user: string, view: SlackView, options?: Options): Promise<Exchange | undefined>
  /** Sends the same bytes and headers again; Slack shows nothing of what comes back. */
  replay(request: RawRequest): Promise<Exchange>
}

export function createDriver(
  backend: Backend,
  { requestUrl, until }: { requestUrl: string | undefined; until: Until },
): SlackDriver {
  const desk: Desk = { backend, requestUrl, requests: [] }
  return {
    requests: desk.requests,
    until,
    command: (user, text, options) => command(desk, user, text, options),
    openHome: (user, options) => openHome(desk, user, options),
    click: (user, place, match, options) => click(desk, user, place, match, options),
    choose: (user, place, label, entry, options) => choose(desk, user, place, label, entry, options),
    chooseOverflow: (user, place, text, options) => chooseOverflow(desk, user, place, text, options),
    suggest: (user, view, label, typed, options) => suggest(desk, user, view, label, typed, options),
    submit: (user, view, values = {}, options) => submit(desk, user, view, values, options),
    closeModal: (user, view, options) => closeModal(desk, user, view, options),
    replay: (request) => send(request),
  }
}
