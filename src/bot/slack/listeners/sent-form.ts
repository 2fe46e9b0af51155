import { setTimeout as sleep } from 'node:timers/promises'
import { type Card, say } from '../../chat/card.ts'
import type { FormProblems } from '../../chat/form.ts'
import { answerPrivately, type Recipient } from './answer-privately.ts'
import { ackWithinMs, type ListenerContext } from './context.ts'

interface SentForm {
  readonly recipient: Recipient
  readonly answering: Promise<Card | FormProblems>
  /** Acknowledges. */
  close(): Promise<void>
  /** Acknowledges. */
  showProblems(answer: FormProblems): Promise<void>
}

/** Shows problems in the form. An answer that takes longer than Slack waits closes the form, and reaches the person as a message. */
export async function answerForm(shared: ListenerContext, { recipient, answering, ...form }: SentForm): Promise<void> {
  const early = await Promise.race([answering, sleep(ackWithinMs, undefined, { ref: false })])
  if (early !== undefined && 'problems' in early) return await form.showProblems(early)
  await form.close()
  const answer = early ?? (await answering)
  const card = 'problems' in answer ? say(Object.values(answer.problems).join(' ')) : answer
  await answerPrivately(shared, recipient, card)
}
