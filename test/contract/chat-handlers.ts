import { say } from '../../src/bot/chat/card.ts'
import type { FilledForm, Form } from '../../src/bot/chat/form.ts'
import type { Click, Handlers, Said } from '../../src/bot/chat/surface.ts'
import type { Person, Place } from '../../src/domain/person.ts'

/** Handlers that write down what they were asked. A test replaces an answer by its own: `recorded.answers.click = …`. */
export interface RecordedHandlers {
  readonly handlers: Handlers
  readonly answers: { -readonly [Name in keyof Handlers]: Handlers[Name] }
  readonly commands: Said[]
  readonly clicks: Click[]
  readonly homes: Person[]
  readonly submissions: { readonly by: Person; readonly place: Place; readonly filled: FilledForm }[]
}

const servicesOf: Readonly<Record<string, readonly string[]>> = {
  'prod-westus3': ['analytics-prod', 'events-prod'],
  'staging-eastus2': ['analytics-staging'],
}

/** A list on which another list depends, and a text; filled in as far as `values` go. */
export function sampleForm(values: FilledForm['values'] = {}): Form {
  const { network = 'prod-westus3', service, reason } = values
  return {
    kind: 'setup',
    title: 'Set up Private Link',
    submit: 'Plan it',
    carried: { since: 'PL-7' },
    instead: 'Give the command with all its words.',
    parts: [
      { kind: 'note', text: 'Nothing is changed before somebody approves.' },
      {
        kind: 'select',
        name: 'network',
        label: 'Network',
        choices: Object.keys(servicesOf).map((name) => ({ value: name, label: `Network ${name}` })),
        chosen: network,
        empty: 'There is no network.',
        refills: true,
      },
      {
        kind: 'select',
        name: 'service',
        label: 'Service',
        choices: (servicesOf[network] ?? []).map((name) => ({ value: name, label: `Service ${name}` })),
        ...(service !== undefined && { chosen: service }),
        empty: 'There is no service.',
        list: network,
      },
      {
        kind: 'text',
        name: 'reason',
        label: 'Reason',
        hint: 'Shown to the approvers.',
        longest: 300,
        optional: true,
        ...(reason !== undefined && { value: reason }),
      },
    ],
  }
}

export function recordedHandlers(): RecordedHandlers {
  const answers: RecordedHandlers['answers'] = {
    command: async () => ({ kind: 'card', card: say('The command is answered.') }),
    click: async () => ({ kind: 'card', card: say('The click is answered.') }),
    added: async () => undefined,
    home: async () => [say('The page is filled.')],
    view: async () => undefined,
    refill: async ({ values }) => sampleForm(values),
    choices: async () => [],
    submit: async () => say('The form is answered.'),
    refused: async () => undefined,
  }
  const commands: Said[] = []
  const clicks: Click[] = []
  const homes: Person[] = []
  const submissions: RecordedHandlers['submissions'] = []
  return {
    answers,
    commands,
    clicks,
    homes,
    submissions,
    handlers: {
      command(said) {
        commands.push(said)
        return answers.command(said)
      },
      click(click) {
        clicks.push(click)
        return answers.click(click)
      },
      added: () => answers.added(),
      home(by) {
        homes.push(by)
        return answers.home(by)
      },
      view: (by, record, place) => answers.view(by, record, place),
      refill: (filled) => answers.refill(filled),
      choices: (query) => answers.choices(query),
      refused: (attempt, why) => answers.refused(attempt, why),
      submit(by, place, filled) {
        submissions.push({ by, place, filled })
        return answers.submit(by, place, filled)
      },
    },
  }
}
