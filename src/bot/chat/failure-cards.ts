import { type Card, say } from './card.ts'

/** When Redis does not answer: nothing was decided, and the person hears it. */
export const ledgerUnreachable: Card = say(
  'I cannot reach my ledger right now, so I did nothing: nothing was asked for, decided or changed. Try again in a minute; if it stays so, tell whoever runs me that Redis does not answer.',
)

/** While the chat does not say whose account it is: they might be the one who asked, or have approved already. */
export const identityUnknown: Card = say(
  'I cannot tell who you are just now, because the chat does not answer me, so I did nothing. Try again in a moment; if it stays so, tell whoever runs me.',
)

/** When our own code fails. */
export const internalFault: Card = say(
  'Something went wrong on my side, and I cannot say what from here. Look at the request before you repeat this, or tell whoever runs me to look at my log.',
)
