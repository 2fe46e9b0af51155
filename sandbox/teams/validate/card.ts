import { isObject } from '../json.ts'
import { card as cardRule } from './card-shape.ts'
import { mentionProblems } from './mentions.ts'
import { parserProblems } from './parser.ts'
import { versionProblems } from './versions.ts'

/** What is wrong with an Adaptive Card for Teams, each with its path: by our own reading of the schema of version 1.5, and by Microsoft's parser. */
export function cardProblems(card: unknown): readonly string[] {
  if (!isObject(card)) return ['a card must be an object']
  const problems: string[] = []
  cardRule(card, 'card', (problem) => problems.push(problem))
  problems.push(...versionProblems(card), ...mentionProblems(card))
  // The parser expects the right kinds of values, and throws where it meets others.
  return problems.length > 0 ? problems : parserProblems(card)
}
