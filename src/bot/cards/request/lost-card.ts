import { type Card, command, say, words } from '../../chat/card.ts'

/** Stands where a request was shown that the ledger does not have any more. */
export function lostCard(id: string): Card {
  return say(
    words`I do not have request ${id} any more: another Redis server took over, and had not received it. Nothing more happens with it. Please ask again: the new plan shows what it had changed already. ${command('requests mine')} lists the requests that I have.`,
  )
}
