import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Card, say } from '../../src/bot/chat/card.ts'
import { type ChoiceQuery, type FilledForm, type Form, mostOffered, wholeForm } from '../../src/bot/chat/form.ts'
import { RetryableError, TerminalError } from '../../src/domain/errors.ts'
import type { Person } from '../../src/domain/person.ts'
import { type RecordedHandlers, recordedHandlers, sampleForm } from './chat-handlers.ts'
import type { ChatHarness, OpenChat } from './chat-harness.ts'
import { between, hostileCard, hostileInlines, hostileTexts, legible } from './chat-hostile-text.ts'

const decision: Card = {
  summary: 'A request waits.',
  parts: [{ kind: 'text', text: 'A request waits for approval.' }],
  buttons: [
    { verb: 'approve', label: 'Approve', weight: 'primary', id: 'PL-7', digest: 'd1g3st' },
    { verb: 'reject', label: 'Reject', weight: 'danger', id: 'PL-7', digest: 'd1g3st' },
  ],
}

/** What the bot relies on in every chat. */
export function chatSurfaceContract(name: string, open: OpenChat): void {
  let chat: ChatHarness
  let recorded: RecordedHandlers
  beforeEach(async () => {
    recorded = recordedHandlers()
    chat = await open(recorded.handlers)
  })
  afterEach(async () => {
    await chat.close()
  })

  const sees = async (who: Person, text: string) =>
    await expect.poll(() => chat.screen(who).join('\n'), { timeout: 5_000 }).toContain(text)
  /** Or in a thread of it, where the chat begins one for a command. */
  const inPlace = () => ({ ...chat.place, id: expect.stringContaining(chat.place.id) })
  const code = async (action: Promise<unknown>) => {
    const error = await action.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(TerminalError)
    return error instanceof TerminalError ? error.code : undefined
  }

  describe(`${name}: messages of the bot`, () => {
    test('a post is seen by everybody in the place, and updated where it stands', async () => {
      const message = await chat.surface.post(chat.place, say('The plan is ready.'))
      const other = await chat.surface.post(chat.place, say('Another message.'))
      expect(chat.shown(message)).toContain('The plan is ready.')
      await chat.surface.update(message, say('The plan was approved.'))
      expect(chat.shown(message)).toContain('The plan was approved.')
      expect(chat.shown(message)).not.toContain('The plan is ready.')
      expect(chat.shown(other)).toContain('Another message.')
      for (const who of [chat.person, chat.otherPerson]) await sees(who, 'The plan was approved.')
    })

    test('a direct message is seen by one person, and can be updated', async () => {
      const message = await chat.surface.direct(chat.person, say('For you alone.'))
      expect(chat.shown(message)).toContain('For you alone.')
      await chat.surface.update(message, say('Still for you alone.'))
      await sees(chat.person, 'Still for you alone.')
      expect(chat.screen(chat.otherPerson).join('\n')).not.toContain('for you alone')
    })

    test('a mention notifies the person, and nobody else', async () => {
      const message = await chat.surface.post(chat.place, say([{ kind: 'person', person: chat.person }, ' decides.']))
      expect(chat.pings(message)).toHaveLength(1)
      const plain = await chat.surface.post(chat.place, say(`${chat.person.name} decides.`))
      expect(chat.pings(plain)).toEqual([])
    })

    test('a message that somebody has deleted is message-gone', async () => {
      const message = await chat.surface.post(chat.place, say('Soon gone.'))
      chat.deleteMessage(message)
      expect(await code(chat.surface.update(message, say('Too late.')))).toBe('message-gone')
    })

    test('a place that the bot is not in is unreachable or closed, and a person without an account is unreachable', async () => {
      expect(await code(chat.surface.post(chat.unreachablePlace, say('Lost.')))).toMatch(/^place-(unreachable|closed)$/)
      const nobody: Person = { key: 'nobody', name: 'Nobody', accounts: {} }
      expect(await code(chat.surface.direct(nobody, say('Lost.')))).toBe('place-unreachable')
    })

    test('a throttled call says how long to wait', async () => {
      chat.throttleOnce(7)
      const error = await chat.surface.post(chat.place, say('Not now.')).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(RetryableError)
      expect(error).toMatchObject({ retryAfterMs: 7_000 })
      expect(chat.screen(chat.person).join('\n')).not.toContain('Not now.')
    })

    test('a file reaches one person with the same bytes', async () => {
      const content = new TextEncoder().encode('resource "azurerm_private_endpoint" "ü" {}\n')
      const comment = '<!channel> <@U02BOB> <https://evil.example|x> *as* Terraform.'
      await chat.surface.attach(chat.person, { name: 'private-link.tf', content, comment })
      await expect.poll(() => chat.screen(chat.person).map(legible).join('\n')).toContain(legible(comment))
      expect(await chat.receivedFiles(chat.person)).toEqual([{ name: 'private-link.tf', content: Buffer.from(content) }])
      expect(await chat.receivedFiles(chat.otherPerson)).toEqual([])
    })
  })

  describe(`${name}: people`, () => {
    test('a group has its members, and whoever has left is away', async () => {
      expect(await chat.surface.groupsOf(chat.otherPerson, [chat.group])).toEqual([chat.group])
      expect(await chat.surface.groupsOf(chat.person, [chat.group])).toEqual([])
      expect((await chat.surface.membersOf([chat.group]))?.map(({ key }) => key)).toEqual([chat.otherPerson.key])
      const away = await chat.surface.away([chat.person, chat.otherPerson, chat.formerPerson])
      expect([...away]).toEqual([[chat.formerPerson.key, 'deactivated']])
    })

    test('a command arrives as it was typed, and the answer is private', async () => {
      await chat.command(chat.person, 'setup a<b & "c" because of *this*')
      expect(recorded.commands).toMatchObject([
        { by: { key: chat.person.key }, place: inPlace(), text: 'setup a<b & "c" because of *this*' },
      ])
      await sees(chat.person, 'The command is answered.')
      expect(chat.screen(chat.otherPerson).join('\n')).not.toContain('The command is answered.')
    })

    test('a click says who clicked what on which message, and the answer is private', async () => {
      const message = await chat.surface.post(chat.place, decision)
      await chat.click(chat.otherPerson, message, 'Reject')
      expect(recorded.clicks).toMatchObject([
        {
          by: { key: chat.otherPerson.key },
          verb: 'reject',
          id: 'PL-7',
          digest: 'd1g3st',
          on: { place: chat.place, message },
        },
      ])
      await sees(chat.otherPerson, 'The click is answered.')
      expect(chat.screen(chat.person).join('\n')).not.toContain('The click is answered.')
      expect(chat.shown(message)).toContain('A request waits for approval.')
    })

    test('the page of a person shows what the handler says', async ({ skip }) => {
      if (chat.openHome === undefined) return skip('this chat has no page for a person')
      await chat.openHome(chat.person)
      await sees(chat.person, 'The page is filled.')
      expect(recorded.homes.map(({ key }) => key)).toEqual([chat.person.key])
      expect(chat.screen(chat.otherPerson).join('\n')).not.toContain('The page is filled.')
    })

    test('close resolves after what is being answered has been answered', async () => {
      const message = await chat.surface.post(chat.place, decision)
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      recorded.answers.click = async () => {
        await released
        return { kind: 'card', card: say('Answered while closing.') }
      }
      const clicking = chat.click(chat.person, message, 'Approve')
      await expect.poll(() => recorded.clicks).toHaveLength(1)
      let closed = false
      const closing = chat.surface.close().then(() => {
        closed = true
      })
      await sleep(50)
      expect(closed).toBe(false)
      release()
      await closing
      await clicking
      expect(chat.screen(chat.person).join('\n')).toContain('Answered while closing.')
    })
  })

  describe(`${name}: forms`, () => {
    beforeEach(() => {
      recorded.answers.command = async () => ({ kind: 'form', form: sampleForm() })
    })
    const complete = { Service: 'Service analytics-prod', Reason: 'The nightly load needs it.' }

    test('a form opens for the one who asked, with its fields and what is chosen', async () => {
      const form = await chat.openForm(chat.person, 'setup')
      for (const text of ['Set up Private Link', 'Nothing is changed before', 'Network prod-westus3', 'Service', 'Reason'])
        expect(form.text()).toContain(text)
      expect(form.choices('Network')).toEqual(['Network prod-westus3', 'Network staging-eastus2'])
      expect(form.choices('Service')).toEqual(['Service analytics-prod', 'Service events-prod'])
      expect(chat.screen(chat.otherPerson).join('\n')).not.toContain('Nothing is changed before')
    })

    test('a choice fills the lists that depend on it, and clears what was chosen from the list before', async () => {
      const form = await chat.openForm(chat.person, 'setup')
      await form.choose('Service', 'Service analytics-prod')
      await form.choose('Network', 'Network staging-eastus2')
      expect(form.choices('Service')).toEqual(['Service analytics-staging'])
      expect(form.text()).not.toContain('analytics-prod')
      expect(await form.submit({ Service: 'Service analytics-staging' })).toEqual({})
      expect(recorded.submissions.map(({ filled }) => filled.values)).toEqual([
        { network: 'staging-eastus2', service: 'analytics-staging' },
      ])
    })

    test('a list that is too long to be shown is searched as one types', async () => {
      const names = Array.from({ length: 2_000 }, (_, index) => `name-${index}`)
      const choices = names.map((name) => ({ value: `id-${name}`, label: `${name} <!channel>` }))
      const long = (values: FilledForm['values'] = {}): Form => ({
        ...sampleForm(values),
        parts: sampleForm(values).parts.map((part) =>
          part.kind === 'select' && part.name === 'service' ? { ...part, choices } : part,
        ),
      })
      const asked: ChoiceQuery[] = []
      recorded.answers.command = async () => ({ kind: 'form', form: long() })
      recorded.answers.refill = async ({ values }) => long(values)
      recorded.answers.choices = async (query) => {
        asked.push(query)
        return choices.filter(({ label }) => label.includes(query.text)).slice(0, mostOffered)
      }
      const form = await chat.openForm(chat.person, 'setup')
      expect(form.choices('Service').length).toBeLessThanOrEqual(mostOffered)
      expect(await form.search('Service', 'name-1999')).toEqual(['name-1999 <!channel>'])
      expect(asked).toEqual([{ kind: 'setup', field: 'service', list: 'prod-westus3', text: 'name-1999' }])
      expect((await form.search('Service', 'name-1')).length).toBeGreaterThan(10)
      expect(await form.search('Service', 'nothing')).toEqual([])
      expect(await form.submit({ Service: 'name-1234 <!channel>' })).toEqual({})
      expect(recorded.submissions.map(({ filled }) => filled.values.service)).toEqual(['id-name-1234'])
    })

    test('a sent form says who, where, and what was filled in; the answer is private', async () => {
      const form = await chat.openForm(chat.person, 'setup')
      expect(await form.submit(complete)).toEqual({})
      const values = { network: 'prod-westus3', service: 'analytics-prod', reason: 'The nightly load needs it.' }
      expect(recorded.submissions).toMatchObject([
        {
          by: { key: chat.person.key },
          place: inPlace(),
          filled: { kind: 'setup', carried: { since: 'PL-7' }, values },
        },
      ])
      await sees(chat.person, 'The form is answered.')
      expect(chat.screen(chat.otherPerson).join('\n')).not.toContain('The form is answered.')
    })

    test('a problem is shown at its field, and the form stays open with what was filled in', async () => {
      recorded.answers.submit = async () => ({ problems: { reason: 'Say why in more words.' } })
      const form = await chat.openForm(chat.person, 'setup')
      expect(await form.submit(complete)).toEqual({ Reason: 'Say why in more words.' })
      expect(form.text()).toContain('The nightly load needs it.')
      recorded.answers.submit = async () => say('The form is answered.')
      expect(await form.submit({ Reason: 'The nightly load of the warehouse needs it.' })).toEqual({})
      expect(recorded.submissions.at(-1)?.filled.values).toMatchObject({
        service: 'analytics-prod',
        reason: 'The nightly load of the warehouse needs it.',
      })
    })

    test('a problem of the whole form, or of a field that is not shown, is seen in the form', async () => {
      const form = await chat.openForm(chat.person, 'setup')
      for (const field of [wholeForm, 'gone']) {
        recorded.answers.submit = async () => ({ problems: { [field]: `Nothing was done (${field}).` } })
        expect(Object.values(await form.submit(complete))).toEqual([`Nothing was done (${field}).`])
      }
    })
  })

  describe(`${name}: hostile text`, () => {
    const isHarmless = (message: string) => {
      expect(chat.pings(message)).toEqual([])
      expect(chat.links(message)).toEqual([])
    }

    test.each(hostileTexts)('pings nobody, links nothing and is shown as text in every inline kind: %j', async (text) => {
      const inlines = hostileInlines(text, chat.surface.name)
      const parts = inlines.map(({ inline }) => ({ kind: 'text' as const, text: between(inline) }))
      const message = await chat.surface.post(chat.place, { summary: text, parts })
      isHarmless(message)
      const shown = legible(chat.shown(message) ?? '')
      const readable = inlines.filter((each) => each.readable)
      expect(shown.split(legible(text))).toHaveLength(readable.length + 1)
      expect(shown.match(/before/g)).toHaveLength(inlines.length)
      expect(shown.match(/after/g)).toHaveLength(inlines.length)
    })

    test.each(hostileTexts)('is harmless in every part of a card and on a button: %j', async (text) => {
      const message = await chat.surface.post(chat.place, hostileCard(text))
      isHarmless(message)
      expect(chat.shown(message)).toContain('a line of ours')
      expect(chat.shown(message)).toContain('a line to copy')
    })

    test('5,000 characters of any kind are shown as far as they fit', async () => {
      const message = await chat.surface.post(chat.place, say('First.'))
      for (const { inline } of hostileInlines('<!channel> *x* `y` '.repeat(264).slice(0, 5_000), chat.surface.name)) {
        await chat.surface.update(message, { summary: 'Long.', parts: [{ kind: 'text', text: between(inline) }] })
        isHarmless(message)
        expect(chat.shown(message)).toContain('before')
      }
    })

    test('is shown as text in a form, and in what is wrong with it', async () => {
      const text = '<!channel> <at>x</at> [x](http://evil.example) <https://evil.example|y>'
      const [note, ...fields] = sampleForm().parts
      recorded.answers.command = async () => ({
        kind: 'form',
        form: { ...sampleForm(), parts: [...(note === undefined ? [] : [{ kind: 'note' as const, text }]), ...fields] },
      })
      recorded.answers.refill = async ({ values }) => {
        const [, ...rest] = sampleForm(values).parts
        return { ...sampleForm(values), parts: [{ kind: 'note', text }, ...rest] }
      }
      recorded.answers.submit = async () => ({ problems: { reason: text } })
      const form = await chat.openForm(chat.person, 'setup')
      expect(form.text()).toContain(text)
      expect(await form.submit({ Service: 'Service analytics-prod' })).toEqual({ Reason: text })
    })
  })
}
