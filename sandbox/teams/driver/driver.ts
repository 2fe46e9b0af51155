import { randomUUID } from 'node:crypto'
import type { Until } from '../../until.ts'
import type { Backend } from '../api/backend.ts'
import type { TeamsUser } from '../directory.ts'
import { isObject, type JsonObject, objectOf, objectsOf, stringOf } from '../json.ts'
import { cardIn } from '../render.ts'
import type { Store, TeamsDialog, TeamsMessage } from '../store.ts'
import { checkCard } from '../validate/activity.ts'
import { deliver, type Exchange, type Forge, type RawRequest, send } from './deliver.ts'

/** How many results the client shows of a search. */
const mostResults = 15

/**
 * People in Teams, by name. What they do reaches the bot as signed activities; each method resolves with the bot's answer, after Teams has shown it, and
 * throws only when Teams' client would not let a person do that.
 */
export interface TeamsDriver {
  /** Everything sent so far, for replays. */
  readonly requests: readonly RawRequest[]
  readonly until: Until<Store>
  /** After a mention in a channel or the group chat (`group`), or as it is in the conversation with the bot (`personal`). */
  command(user: string, place: string, text: string, options?: { forge?: Forge; targeted?: boolean }): Promise<Exchange>
  /** `Action.Execute`, or `Action.Submit` where the client is older: then a message with the button's data. */
  click(user: string, message: TeamsMessage, label: string, options?: { forge?: Forge; older?: boolean }): Promise<Exchange>
  /** The client asks for this person's own view by itself, if the card has one. Resolves with what they then see. */
  refresh(user: string, message: TeamsMessage, options?: { forge?: Forge }): Promise<JsonObject | undefined>
  /** A button that opens a dialog. */
  openDialog(user: string, message: TeamsMessage, label: string): Promise<Exchange>
  /** Fills the open dialog in, by label of the field and label or text of what is chosen, and presses a button of it. */
  submit(user: string, values: Readonly<Record<string, string>>, label: string): Promise<Exchange>
  /** Types into a list of the open dialog that is searched, and resolves with what the bot offers. */
  search(user: string, label: string, typed: string): Promise<readonly JsonObject[]>
  /** Accepts a file that was offered. */
  acceptFile(user: string, message: TeamsMessage): Promise<Exchange>
  install(user: string, place: string): Promise<Exchange>
  replay(request: RawRequest): Promise<Exchange>
  /** Any activity of somebody, with these fields. */
  deliver(user: string, place: string, fields: JsonObject, forge?: Forge): Promise<Exchange>
}

export function createDriver(
  backend: Backend,
  { botUrl, until }: { readonly botUrl: string; readonly until: Until<Store> },
): TeamsDriver {
  const { directory, store } = backend
  const requests: RawRequest[] = []
  const person = (name: string): TeamsUser => {
    const user = directory.user(name)
    if (user === undefined) throw new Error(`${name} is nobody in this tenant`)
    return user
  }
  const conversationOf = (user: TeamsUser, place: string): string =>
    place === 'personal' ? directory.personalWith(user) : place.includes(';') ? place : directory.conversation(place)

  const activityOf = (user: TeamsUser, conversation: string, fields: JsonObject): JsonObject => ({
    id: randomUUID(),
    timestamp: new Date(store.now()).toISOString(),
    channelId: 'msteams',
    serviceUrl: `${backend.origin()}/teams/`,
    from: { id: user.id, name: user.name, aadObjectId: user.objectId },
    recipient: { id: directory.botId, name: 'privatelink' },
    conversation: {
      id: conversation,
      conversationType: directory.kindOf(conversation),
      tenantId: directory.tenant.tenantId,
      ...(directory.kindOf(conversation) !== 'personal' && { isGroup: true }),
    },
    channelData: { tenant: { id: directory.tenant.tenantId } },
    ...fields,
  })
  const go = async (user: TeamsUser, what: string, activity: JsonObject, forge?: Forge): Promise<Exchange> => {
    const exchange = await deliver(backend, botUrl, activity, forge)
    requests.push(exchange.request)
    if (exchange.status >= 400 && forge === undefined)
      store.failures.push({ user: user.objectId, what, error: `status ${exchange.status}` })
    store.changed()
    return exchange
  }
  const invoke = (user: TeamsUser, message: TeamsMessage, name: string, value: JsonObject): JsonObject =>
    activityOf(user, message.conversation, { type: 'invoke', name, value, replyToId: message.id })

  const show = (user: TeamsUser, message: TeamsMessage, { body, status }: Exchange): JsonObject | undefined => {
    if (status !== 200 || body === undefined) return undefined
    const value = body.value
    if (body.statusCode !== 200) store.failures.push({ user: user.objectId, what: 'a click', error: JSON.stringify(body) })
    if (body.type === 'application/vnd.microsoft.activity.message')
      store.notices.push({ user: user.objectId, text: String(value), at: store.now() })
    else if (body.type === 'application/vnd.microsoft.card.adaptive' && isObject(value)) {
      checkCard(value)
      message.views.set(user.objectId, value)
    } else store.failures.push({ user: user.objectId, what: 'a click', error: `unknown answer ${JSON.stringify(body)}` })
    store.changed()
    return isObject(value) ? value : undefined
  }
  const showTask = (user: TeamsUser, from: TeamsMessage | undefined, { body }: Exchange): void => {
    const task = objectOf(body, 'task')
    for (const dialog of store.dialogs) if (dialog.user === user.objectId) dialog.open = false
    if (task?.type === 'continue') {
      const value = objectOf(task, 'value')
      const card = objectOf(objectOf(value, 'card'), 'content')
      checkCard(card)
      store.dialogs.push({ user: user.objectId, title: stringOf(value, 'title') ?? '', card: card ?? {}, from, open: true })
    } else if (task?.type === 'message') store.notices.push({ user: user.objectId, text: String(task.value), at: store.now() })
    else if (body !== undefined)
      store.failures.push({ user: user.objectId, what: 'a dialog', error: `unknown answer ${JSON.stringify(body)}` })
    store.changed()
  }

  /** Asks the bot for what matches in a list of a dialog. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search */
  const search = async (
    user: TeamsUser,
    dialog: TeamsDialog,
    input: JsonObject,
    typed: string,
  ): Promise<readonly JsonObject[]> => {
    const value = {
      queryText: typed,
      queryOptions: { skip: 0, top: mostResults },
      dataset: objectOf(input, 'choices.data')?.dataset,
    }
    const conversation = dialog.from?.conversation ?? directory.personalWith(user)
    const { body } = await go(
      user,
      `searching ${String(input.label)}`,
      activityOf(user, conversation, { type: 'invoke', name: 'application/search', value }),
    )
    const results = objectsOf(objectOf(body, 'value'), 'results')
    const isProper =
      body?.type === 'application/vnd.microsoft.search.searchResponse' &&
      results.length <= mostResults &&
      results.every(({ title, value: said }) => typeof title === 'string' && title !== '' && typeof said === 'string')
    if (isProper) return results
    store.failures.push({ user: user.objectId, what: 'a search', error: `unknown answer ${JSON.stringify(body)}` })
    return []
  }

  return {
    requests,
    until,
    async command(name, place, text, { forge, targeted = false } = {}) {
      const user = person(name)
      const conversation = conversationOf(user, place)
      const kind = directory.kindOf(conversation)
      const at = '<at>privatelink</at>'
      const mention = { type: 'mention', text: at, mentioned: { id: directory.botId, name: 'privatelink' } }
      const isMention = kind !== 'personal' && !targeted
      const id = store.nextId()
      const thread = kind === 'channel' && !conversation.includes(';') ? `${conversation};messageid=${id}` : conversation
      const fields = {
        type: 'message',
        id,
        text: isMention ? `${at} ${escaped(text)}\n` : escaped(text),
        textFormat: 'plain',
        ...(isMention && { entities: [mention, { type: 'clientInfo', locale: 'en-US' }] }),
        ...(targeted && { recipient: { id: directory.botId, name: 'privatelink', isTargeted: true } }),
      }
      store.add({ id, conversation: thread, by: user.name, activity: fields, ...(targeted && { onlyFor: user.objectId }) })
      return await go(user, text, activityOf(user, thread, fields), forge)
    },
    async click(name, message, label, { forge, older = false } = {}) {
      const user = person(name)
      const action = buttonIn(visibleCard(user, message), label)
      const fallback = older ? objectOf(action, 'fallback') : undefined
      if (action.type === 'Action.Execute' && fallback === undefined) {
        const { verb, data, id } = action
        const value = { action: { type: 'Action.Execute', id, verb, data }, trigger: 'manual' }
        const exchange = await go(user, label, invoke(user, message, 'adaptiveCard/action', value), forge)
        show(user, message, exchange)
        return exchange
      }
      const { data } = fallback ?? action
      if (isObject(objectOf(isObject(data) ? data : {}, 'msteams'))) throw new Error(`"${label}" opens a dialog`)
      const fields = { type: 'message', value: data, replyToId: message.id }
      return await go(user, label, activityOf(user, message.conversation, fields), forge)
    },
    async refresh(name, message, { forge } = {}) {
      const user = person(name)
      const action = objectOf(objectOf(cardIn(message.activity), 'refresh'), 'action')
      if (action === undefined) return cardIn(message.activity)
      const { verb, data } = action
      const value = { action: { type: 'Action.Execute', verb, data }, trigger: 'automatic' }
      return show(user, message, await go(user, 'a refresh', invoke(user, message, 'adaptiveCard/action', value), forge))
    },
    async openDialog(name, message, label) {
      const user = person(name)
      const action = buttonIn(visibleCard(user, message), label)
      const data = objectOf(action, 'data')
      if (objectOf(data, 'msteams')?.type !== 'task/fetch') throw new Error(`"${label}" opens no dialog`)
      const exchange = await go(user, label, invoke(user, message, 'task/fetch', { data, context: { theme: 'default' } }))
      showTask(user, message, exchange)
      return exchange
    },
    async submit(name, values, label) {
      const user = person(name)
      const dialog = openDialogOf(user)
      const action = buttonIn(dialog.card, label)
      const inputs = Object.fromEntries(inputsOf(dialog.card).map((input) => [String(input.id), String(input.value ?? '')]))
      for (const [field, entry] of Object.entries(values)) {
        const input = inputsOf(dialog.card).find((each) => each.label === field)
        if (input === undefined) throw new Error(`the dialog has no field "${field}"`)
        const offered = isSearched(input)
          ? [...objectsOf(input, 'choices'), ...(await search(user, dialog, input, entry))]
          : objectsOf(input, 'choices')
        inputs[String(input.id)] = entryOf(input, entry, offered)
      }
      const from = dialog.from ?? { conversation: directory.personalWith(user), id: '' }
      const fields = {
        type: 'invoke',
        name: 'task/submit',
        value: { data: { ...objectOf(action, 'data'), ...inputs }, context: { theme: 'default' } },
      }
      const exchange = await go(user, label, activityOf(user, from.conversation, fields))
      showTask(user, dialog.from, exchange)
      return exchange
    },
    async search(name, label, typed) {
      const user = person(name)
      const dialog = openDialogOf(user)
      const input = inputsOf(dialog.card).find((each) => each.label === label)
      if (input === undefined || !isSearched(input)) throw new Error(`"${label}" is not searched`)
      return await search(user, dialog, input, typed)
    },
    async acceptFile(name, message) {
      const user = person(name)
      const [attachment] = objectsOf(message.activity, 'attachments')
      const address = `/upload/${randomUUID()}`
      const fileName = stringOf(attachment, 'name') ?? ''
      const uniqueId = randomUUID()
      store.files.push({ name: fileName, address, uniqueId })
      const uploadInfo = {
        uploadUrl: `${backend.origin()}${address}`,
        contentUrl: `${backend.origin()}/personal/${fileName}`,
        name: fileName,
        uniqueId,
        fileType: fileName.split('.').at(-1) ?? '',
      }
      const value = {
        type: 'fileUpload',
        action: 'accept',
        context: objectOf(objectOf(attachment, 'content'), 'acceptContext'),
        uploadInfo,
      }
      return await go(
        user,
        'a file',
        activityOf(user, message.conversation, { type: 'invoke', name: 'fileConsent/invoke', value }),
      )
    },
    async install(name, place) {
      const user = person(name)
      return await go(
        user,
        'an installation',
        activityOf(user, conversationOf(user, place), { type: 'installationUpdate', action: 'add' }),
      )
    },
    async replay(raw) {
      return await send(raw)
    },
    async deliver(name, place, fields, forge) {
      const user = person(name)
      return await go(user, String(fields.type), activityOf(user, conversationOf(user, place), fields), forge)
    },
  }

  function visibleCard(user: TeamsUser, message: TeamsMessage): JsonObject {
    if (message.deleted) throw new Error('this message is deleted')
    if (message.onlyFor !== undefined && message.onlyFor !== user.objectId)
      throw new Error(`${user.name} does not see this message`)
    return message.views.get(user.objectId) ?? cardIn(message.activity) ?? {}
  }

  function openDialogOf(user: TeamsUser): TeamsDialog {
    const dialog = store.dialogs.findLast((each) => each.user === user.objectId && each.open)
    if (dialog === undefined) throw new Error(`${user.name} sees no dialog`)
    return dialog
  }
}

function actionsIn(card: JsonObject): readonly JsonObject[] {
  const sets = objectsOf(card, 'body').filter(({ type }) => type === 'ActionSet')
  return [...sets.flatMap((set) => objectsOf(set, 'actions')), ...objectsOf(card, 'actions')]
}

function buttonIn(card: JsonObject, label: string): JsonObject {
  const action = actionsIn(card).find(({ title }) => title === label)
  if (action === undefined)
    throw new Error(
      `there is no "${label}" among ${actionsIn(card)
        .map(({ title }) => String(title))
        .join(', ')}`,
    )
  return action
}

function inputsOf(card: JsonObject): readonly JsonObject[] {
  return objectsOf(card, 'body').filter(({ type }) => String(type).startsWith('Input.'))
}

function isSearched(input: JsonObject): boolean {
  return objectOf(input, 'choices.data') !== undefined
}

function entryOf(input: JsonObject, entry: string, offered: readonly JsonObject[]): string {
  if (input.type !== 'Input.ChoiceSet') return entry
  const choice = offered.find(({ title }) => String(title).startsWith(entry))
  if (choice === undefined) throw new Error(`"${entry}" is not offered as ${String(input.label)}`)
  return String(choice.value)
}

/** Teams escapes what people type. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
