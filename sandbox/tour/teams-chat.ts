import type { TeamsSandbox } from '../teams/start.ts'
import type { TeamsMessage } from '../teams/store.ts'
import { shows, type TourCard, type TourChat } from './chat.ts'

export function teamsChat(teams: TeamsSandbox, botUrl: string): TourChat {
  const people = teams.driver(botUrl)
  const { store, directory } = teams
  const fromBot = () => store.messages.filter(({ by, deleted }) => by === directory.botId && !deleted)
  const messageOf = ({ id }: TourCard): TeamsMessage => {
    const message = store.messages.find((each) => each.id === id)
    if (message === undefined) throw new Error(`There is no message ${id}`)
    return message
  }
  const cardOf = (message: TeamsMessage): TourCard => ({
    id: message.id,
    text: teams.render(message),
    versions: message.history.map(({ activity }) => teams.render({ ...message, activity })),
  })
  const told: TourChat['told'] = async (who, ...words) => {
    const objectId = directory.user(who)?.objectId
    return await teams.until(
      () =>
        [
          ...store.notices.filter(({ user }) => user === objectId).map(({ text }) => text),
          ...fromBot()
            .filter(({ onlyFor }) => onlyFor === objectId)
            .map((each) => teams.render(each)),
        ].findLast((text) => shows(text, ...words)),
      { what: `an answer to ${who} with ${words.join(', ')}` },
    )
  }
  return {
    name: 'Teams',
    typed: (words) => `@privatelink ${words}`,
    called: (place) => `the channel ${place}`,
    async command(who, words) {
      const { status, elapsedMs } = await people.command(who, 'data', words)
      return { isAcknowledged: status === 200, elapsedMs: Math.round(elapsedMs) }
    },
    async form(who, words) {
      const before = store.messages.length
      await people.command(who, 'data', words)
      const opener = await teams.until(() => store.messages.slice(before).find(({ by }) => by === directory.botId), {
        what: 'the button of the form',
      })
      await people.openDialog(who, opener, 'Fill in the form')
      const dialog = teams.dialogOf(who)
      if (dialog === undefined) throw new Error('The form did not open.')
      dialog.open = false
      return { text: teams.render(dialog), content: JSON.stringify(dialog.card) }
    },
    cards: (place, ...words) =>
      fromBot()
        .filter(
          ({ conversation, onlyFor }) =>
            onlyFor === undefined && directory.conversation(conversation) === directory.conversation(place),
        )
        .map(cardOf)
        .filter(({ text }) => shows(text, ...words)),
    async click(who, card, label) {
      await people.click(who, messageOf(card), label)
    },
    async details(who, card) {
      await people.openDialog(who, messageOf(card), 'Details')
      const dialog = teams.dialogOf(who)
      if (dialog === undefined) throw new Error('The details did not open.')
      return teams.render(dialog)
    },
    told,
    until: async (predicate, options) => (await teams.until(predicate, options)) as NonNullable<ReturnType<typeof predicate>>,
  }
}
