import type { types } from '@slack/bolt'
import { longestReason } from '../../answers/service-form.ts'
import type { Confirmation } from '../../chat/surface.ts'
import { mrkdwn, plainText } from './text.ts'

export const confirmationCallback = 'confirmation'

/** A modal that asks whether something is really meant, and why. `private_metadata` carries the id and the digest, and the channel for the answer. */
export function confirmationView({ id, digest, title, text, submit }: Confirmation, channel: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: confirmationCallback,
    private_metadata: JSON.stringify({ id, digest, channel }),
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain('Cancel', 24),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: mrkdwn(text, 2_900), verbatim: true } },
      {
        type: 'input',
        block_id: 'reason',
        label: plain('Why it cannot wait', 75),
        element: { type: 'plain_text_input', action_id: 'reason', multiline: true, max_length: longestReason },
        hint: plain('The approvers and whoever reviews it see this.', 75),
      },
    ],
  }
}

function plain(text: string, limit: number) {
  return { type: 'plain_text' as const, text: plainText(text, limit), emoji: false }
}
