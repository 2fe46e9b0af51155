import { type Card, say } from './card.ts'

/** The answer while Redis does not answer: nothing was decided. */
export const ledgerUnreachable: Card = say(
  'I cannot reach my ledger right now, so I did nothing: nothing was asked for, decided or changed. Try again in a minute; if it stays so, tell whoever runs me that Redis does not answer.',
)

/** The answer when Redis did not answer in time: what was asked for may have been written all the same. */
export const outcomeUnknown: Card = say(
  'I cannot reach my ledger right now, so I do not know whether this was recorded. Look at the request before you repeat it; in a minute or so I can show it again. If it stays so, tell whoever runs me that Redis does not answer.',
)

/** The answer while the chat does not say whose account it is: the person may have asked for the request, or approved it already. */
export const identityUnknown: Card = say(
  'I cannot tell who you are just now, because the chat does not answer me, so I did nothing. Try again in a moment; if it stays so, tell whoever runs me.',
)

/** The answer after an error in our own code. */
export const internalFault: Card = say(
  'Something went wrong on my side, and I cannot say what from here. Look at the request before you repeat this, or tell whoever runs me to look at my log.',
)
