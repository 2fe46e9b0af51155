import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifySlackRequest } from '@slack/bolt'
import type { Seen } from '../../redis/records.ts'
import type { Refused } from '../chat/chat-metrics.ts'
import { type Payload, payloadOf, textAt } from './payload.ts'

/** How far a timestamp may be ahead of our clock, in seconds. */
const aheadSeconds = 60

/** Oldest request that Slack's documentation allows, in seconds. */
const tooOldSeconds = 300

/** For how long a signature is remembered, in seconds: longer than a request with it can be accepted. */
export const rememberSeconds = 2 * tooOldSeconds

/** How long Redis may take to say whether a signature is new, in milliseconds: Slack waits three seconds for the acknowledgement. */
const seenWithinMs = 900

/** A request that must not be acted on. */
export class UnwantedRequest extends Error {
  override readonly name = 'UnwantedRequest'
  /** Makes it one of Bolt's coded errors, which reach the receiver unwrapped. */
  readonly code = 'unwanted-request'
  readonly why: Refused

  /** `detail`: one or more sentences for the log. */
  constructor(why: Refused, detail = '') {
    super(`A request was refused: ${why}.${detail === '' ? '' : ` ${detail}`}`)
    this.why = why
  }
}

/** The workspace and the app whose requests are accepted. An unknown one is not compared. */
export interface Sender {
  readonly teamId?: string | undefined
  readonly appId?: string | undefined
}

export interface Guard {
  /** Sets the workspace or the app, once it is known. */
  expect(sender: Sender): void
  /** Throws `UnwantedRequest` for a payload of another workspace or app. */
  checkSender(payload: Payload): void
  /**
   * Throws `UnwantedRequest` for anything that Slack did not just send to this app. Returns `unchecked` when Redis does not say whether the request is
   * new: then nobody may act on it.
   */
  check(headers: IncomingHttpHeaders, body: string): Promise<'new' | 'unchecked'>
}

interface GuardParts {
  readonly seen: Seen
  readonly now: () => number
  readonly signingSecret: string
  /** Told, in a sentence for the log, of a request that is accepted although its time is far from this host's. */
  readonly clockIsOff?: (text: string) => void
}

/**
 * Checks requests before Bolt. Bolt's own check accepts timestamps in the future, the same request any number of times, and a signature with any text
 * after a second `=`; and Bolt acknowledges an event before a listener can refuse it.
 */
export function createGuard({ seen, now, signingSecret, clockIsOff = () => undefined }: GuardParts): Guard {
  let expected: Sender = {}

  const checkSender = (payload: Payload): void => {
    if (textAt(payload, 'type') === 'url_verification') return
    const team = teamOf(payload)
    if (expected.teamId !== undefined && team !== undefined && team !== expected.teamId)
      throw new UnwantedRequest('wrong-workspace')
    // In every payload, forms included: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    if (expected.appId === undefined || textAt(payload, 'api_app_id') === expected.appId) return
    throw new UnwantedRequest('wrong-app')
  }

  return {
    expect(sender) {
      expected = { ...expected, ...sender }
    },
    checkSender,
    async check(headers, body) {
      const signature = /^v0=[0-9a-f]{64}$/.exec(String(headers['x-slack-signature']))?.[0]
      const sentAt = Number(headers['x-slack-request-timestamp'])
      const aheadBy = sentAt - now() / 1_000
      const signed = signature !== undefined && isSigned(signingSecret, signature, sentAt, body)
      // Only what Slack has signed tells anything about a clock.
      if (aheadBy < -tooOldSeconds) throw new UnwantedRequest('too-old', signed ? clockText(aheadBy) : '')
      if (signature === undefined || !signed) throw new UnwantedRequest('bad-signature')
      if (aheadBy > aheadSeconds) throw new UnwantedRequest('from-the-future', clockText(aheadBy))
      if (aheadBy < -aheadSeconds) clockIsOff(clockText(aheadBy))
      checkSender(payloadOf(headers, body))
      // The last check, so that only signatures of Slack for this app are remembered.
      const answer = seen.first(signature).catch(() => undefined)
      const first = await Promise.race([answer, sleep(seenWithinMs, undefined, { ref: false })])
      if (first === false) throw new UnwantedRequest('replayed')
      return first === undefined ? 'unchecked' : 'new'
    },
  }
}

function isSigned(signingSecret: string, signature: string, sentAt: number, body: string): boolean {
  const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': sentAt }
  try {
    // Its age is judged apart from the signature.
    verifySlackRequest({ signingSecret, body, headers, nowMilliseconds: sentAt * 1_000 })
    return true
  } catch {
    return false
  }
}

/** `aheadBy`: how far Slack's timestamp is ahead of this host's clock, in seconds. */
function clockText(aheadBy: number): string {
  const seconds = Math.round(Math.abs(aheadBy))
  return aheadBy > 0
    ? `This host’s clock is ${seconds} s behind Slack’s: set it by NTP.`
    : `Slack sent it ${seconds} s ago by this host’s clock: that is ahead of Slack’s, or the request was held up. Check NTP.`
}

/** The workspace that the app is installed in, found as Bolt finds it. In a shared channel the person may belong to another one. */
function teamOf(payload: Payload): string | undefined {
  return (
    textAt(payload, 'view', 'app_installed_team_id') ??
    textAt(payload, 'authorizations', '0', 'team_id') ??
    textAt(payload, 'team_id') ??
    textAt(payload, 'team', 'id') ??
    textAt(payload, 'user', 'team_id')
  )
}
