import { setTimeout as sleep } from 'node:timers/promises'
import { type Card, say } from '../../chat/card.ts'
import type { FormProblems } from '../../chat/form.ts'
import { ackWithinMs, type ListenerContext } from './context.ts'
import { type Listener, whisper } from './whisper.ts'

interface SentForm {
  readonly listener: Listener
  readonly answering: Promise<Card | FormProblems>
  /** Both acknowledge. */
  close(): Promise<void>
  showProblems(answer: FormProblems): Promise<void>
}

/** Shows in the form what is wrong with it. What is not known in time, Slack would call a failure: then the form closes, and the person is told. */
export async function answerForm(shared: ListenerContext, { listener, answering, ...form }: SentForm): Promise<void> {
  const early = await Promise.race([answering, sleep(ackWithinMs, undefined, { ref: false })])
  if (early !== undefined && 'problems' in early) return await form.showProblems(early)
  await form.close()
  const answer = early ?? (await answering)
  const card = 'problems' in answer ? say(Object.values(answer.problems).join(' ')) : answer
  await whisper(shared.client, shared.log, listener, card)
}
