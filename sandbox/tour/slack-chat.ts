import type { Sandbox } from '../sandbox.ts'
import type { SlackMessage } from '../slack/store.ts'
import { shows, type TourCard, type TourChat } from './chat.ts'

export function slackChat({ slack, botUrl }: Sandbox): TourChat {
  const people = slack.driver(`${botUrl}/slack/events`)
  const channelId = (name: string) => slack.directory.workspace.channels[name] ?? name
  const messageOf = ({ id }: TourCard): SlackMessage => {
    const message = slack.messages.find((each) => `${each.channel}/${each.ts}` === id)
    if (message === undefined) throw new Error(`There is no message ${id}`)
    return message
  }
  const cardOf = (message: SlackMessage): TourCard => ({
    id: `${message.channel}/${message.ts}`,
    text: slack.render(message),
    versions: message.history.map(({ blocks, text }) => slack.render({ ...message, blocks, text })),
  })
  const told: TourChat['told'] = async (who, ...words) => {
    const user = slack.directory.user(who)?.id
    return await slack.until(
      ({ ephemerals }) =>
        ephemerals
          .filter((each) => each.user === user)
          .map((each) => slack.render(each))
          .findLast((text) => shows(text, ...words)),
      { what: `an answer to ${who} with ${words.join(', ')}` },
    )
  }
  return {
    name: 'Slack',
    typed: (words) => `/privatelink ${words}`,
    called: (place) => `#${place}`,
    async command(who, words) {
      const { status, elapsedMs } = await people.command(who, words)
      return { isAcknowledged: status === 200, elapsedMs }
    },
    async form(who, words) {
      await people.command(who, words)
      const view = await slack.until(({ views }) => views.find(({ open }) => open), { what: 'the form' })
      const text = slack.render(view)
      await people.closeModal(who, view)
      return { text, content: JSON.stringify(view.content) }
    },
    cards: (place, ...words) =>
      slack.messages
        .filter((each) => each.channel === channelId(place) && !each.deleted)
        .map(cardOf)
        .filter(({ text }) => shows(text, ...words)),
    async click(who, card, label) {
      await people.click(who, messageOf(card), label)
    },
    async details(who, card) {
      await people.click(who, messageOf(card), 'Details')
      return await told(who, 'alias')
    },
    told,
    until: async (predicate, options) => (await slack.until(predicate, options)) as NonNullable<ReturnType<typeof predicate>>,
  }
}
