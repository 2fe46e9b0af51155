import { cleanText } from '../../domain/hostile-text.ts'
import { type Card, say, type Verb } from './card.ts'
import { type FormProblems, wholeForm } from './form.ts'
import type { Handlers } from './surface.ts'

/** What somebody is to the company: a member, a guest of it, or of another company, e.g. in a shared channel. */
export type Membership = 'member' | 'guest' | 'stranger'

const refusals: Readonly<Record<Exclude<Membership, 'member'>, Card>> = {
  guest: say('Guests can read here, and change nothing. Ask a member to do this.'),
  stranger: say('I answer members of this company only.'),
}

/** Commands and buttons that only show something. */
const readingCommands = /^\s*(help|status|requests?)\b|^\s*$/i
const readingVerbs: ReadonlySet<Verb> = new Set(['details', 'evidence'])
const help = /^\s*(help\b|$)/i

/** A guest reads, a stranger gets help and nothing else; whatever else they ask for is refused. */
export function limitedHandlers(handlers: Handlers, membership: Membership): Handlers {
  if (membership === 'member') return handlers
  const card = refusals[membership]
  const isGuest = membership === 'guest'
  const problem: FormProblems = { problems: { [wholeForm]: card.summary } }
  return {
    ...handlers,
    async command(said) {
      if ((isGuest ? readingCommands : help).test(said.text)) return await handlers.command(said)
      const [did = ''] = said.text.trim().split(/\s/, 1)
      await handlers.refused({ by: said.by, did: cleanText(did, 20) }, membership)
      return { kind: 'card', card }
    },
    async click(click) {
      if (isGuest && readingVerbs.has(click.verb)) return await handlers.click(click)
      await handlers.refused({ by: click.by, did: click.verb, record: click.id }, membership)
      return { kind: 'card', card }
    },
    home: async (by) => (isGuest ? await handlers.home(by) : [card]),
    view: async (...about) => (isGuest ? await handlers.view(...about) : undefined),
    refill: async () => undefined,
    choices: async () => [],
    async submit(by, _place, { kind, carried }) {
      const record = carried.request ?? carried.diagnosis
      await handlers.refused({ by, did: `form ${kind}`, ...(record !== undefined && { record }) }, membership)
      return problem
    },
  }
}
