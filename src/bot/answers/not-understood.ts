import { type Card, command, say, words } from '../chat/card.ts'

/** Answers to commands with an unknown word: they name the nearest valid one. */

export function unknownNetwork(network: string, guess: string | undefined, names: readonly string[]): Card {
  const hint = guess === undefined ? `I know ${names.join(', ')}.` : `Did you mean ${guess}?`
  return say(`"${network}" is not a network that I know. ${hint} Nothing was asked for.`)
}

export function nearestValid(problem: string, suggestion: string): Card {
  return suggestion === 'help'
    ? say(words`${problem} ${command('help')} shows what I understand.`)
    : say(words`${problem} Did you mean ${command(suggestion)}`)
}

export function unknownRequest(id: string): Card {
  return say(words`I do not know a request ${id}. To see yours: ${command('requests mine')}`)
}
