import { type Card, command, type Text, words } from '../chat/card.ts'
import { type CommandName, commandList } from '../command/command-list.ts'

export function helpCard(about?: CommandName): Card {
  const shown = commandList.filter(({ name }) => about === undefined || name === about)
  return {
    summary: about === undefined ? 'What I understand' : `How to use ${about}`,
    parts: [
      { kind: 'title', text: about === undefined ? 'ClickHouse Cloud over Azure Private Link' : about },
      ...shown.map((entry) => ({ kind: 'lines', lines: linesOf(entry) }) as const),
      { kind: 'note', text: 'What I need to know and you leave out, I ask for in a form.' },
    ],
  }
}

function linesOf({ usage, example, does }: (typeof commandList)[number]): readonly Text[] {
  return [words`${command(usage)}`, does, words`For example ${command(example)}`]
}
