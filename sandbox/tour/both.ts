import { networks } from '../estate.ts'
import type { Sandbox } from '../sandbox.ts'
import { shows, type TourCard, type TourChat } from './chat.ts'
import type { Transcript } from './transcript.ts'

/** One request in two chats: asked in Teams, refused to the same person in Slack, approved in Slack by another, its result in both. */
export async function bothChatsTour(
  { world }: Sandbox,
  { slack, teams }: { readonly slack: TourChat; readonly teams: TourChat },
  out: Transcript,
): Promise<void> {
  const words = `setup analytics-prod in ${networks.prodWestus3.name} because "BI moves into the VNet"`
  out.chapter('Asked in Teams')
  out.act('alice', `${teams.typed(words)}   (in Teams)`)
  await teams.command('alice', words)
  const inTeams = await cardIn(teams, 'approvals', 'awaiting-approval')
  const id = /request (PL-\d+)/.exec(inTeams.text)?.[1] ?? ''
  out.see(`${teams.called('approvals')}, in Teams`, inTeams.text)
  const inSlack = await cardIn(slack, 'approvals', id, 'awaiting-approval')
  out.see(`${slack.called('approvals')}, in Slack`, inSlack.text)
  out.check('the same request stands in both chats, with the buttons of approvers', shows(inSlack.text, id, '[Approve]'))

  out.chapter('Decided in Slack')
  out.act('alice', 'clicks Approve in Slack')
  await slack.click('alice', inSlack, 'Approve')
  out.see('only alice sees, in Slack', await slack.told('alice', 'someone else has to approve'))
  out.check('nothing was changed yet', world.endpoints.size === 0)
  out.act('bob', 'clicks Approve in Slack')
  await slack.click('bob', inSlack, 'Approve')

  const ends = [
    [teams, 'approvals'],
    [slack, 'approvals'],
    [teams, 'data'],
  ] as const
  for (const [chat, place] of ends) {
    const { text } = await cardIn(chat, place, id, ' done', 'Connect')
    out.see(`${chat.called(place)}, in ${chat.name}`, text)
  }
  out.check('the result is shown where it was asked, and to the approvers of both chats', ends.length === 3)
  out.check('it was carried out once', world.endpoints.size === 1 && world.zones.size === 1)
  out.act('carol', `${teams.typed(`request ${id}`)}   (in Teams)`)
  await teams.command('carol', `request ${id}`)
  const history = await teams.told('carol', 'approve')
  out.see('only carol sees, in Teams', history)
  out.check('the history says who decided, and in which chat', shows(history, 'Bob Builder', 'from slack'))
}

async function cardIn(chat: TourChat, place: string, ...words: readonly string[]): Promise<TourCard> {
  return await chat.until(() => chat.cards(place, ...words).at(-1), {
    timeoutMs: 60_000,
    what: `a message with ${words.join(', ')} in ${chat.called(place)} of ${chat.name}`,
  })
}
