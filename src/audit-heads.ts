import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Closable, closable } from './closable.ts'
import type { AuditHeadsConfig } from './config/audit-heads.ts'
import type { ChainHead } from './domain/audit.ts'
import type { Log } from './log.ts'

export interface AuditHeads extends Closable {
  /** Notes that the audit ends with this entry now. Never throws and waits for nothing; of many in a short time, the file and the webhook get the newest. */
  note(head: ChainHead): void
}

/** How long a webhook may take, and after how long a failed note is tried again, in milliseconds. */
const answerWithinMs = 5_000
const retryAfterMs = 30_000

/**
 * Notes outside Redis what the audit has to end with, so that a shortened one is found. Each note is a line of the log with the message `audit`. Rejects
 * when the file cannot be written.
 */
export async function openAuditHeads(
  { file, webhookUrl }: AuditHeadsConfig,
  log: Pick<Log, 'info' | 'warn'>,
  { retryMs = retryAfterMs }: { readonly retryMs?: number } = {},
): Promise<AuditHeads> {
  if (file !== undefined) await appendTo(file, '')
  const keepers = [
    ...(file === undefined ? [] : [keeper('AUDIT_FILE', (text) => appendTo(file, `${text}\n`), log, retryMs)]),
    ...(webhookUrl === undefined ? [] : [keeper('AUDIT_WEBHOOK_URL', (text) => send(webhookUrl, text), log, retryMs)]),
  ]
  return {
    note({ count, hash }) {
      log.info({ count, hash }, 'audit')
      const text = JSON.stringify({ msg: 'audit', at: new Date().toISOString(), count, hash })
      for (const each of keepers) each.keep(text)
    },
    ...closable(async () => {
      await Promise.all(keepers.map((each) => each.close()))
    }),
  }
}

/** Brings the newest text to one place, one at a time. A failure is logged, and the newest is tried again later. */
function keeper(name: string, write: (text: string) => Promise<void>, log: Pick<Log, 'warn'>, retryMs: number) {
  const closing = new AbortController()
  let newest: string | undefined
  let working: Promise<void> | undefined
  const work = async (): Promise<void> => {
    while (newest !== undefined) {
      const text = newest
      newest = undefined
      try {
        await write(text)
      } catch (error) {
        log.warn({ err: error, place: name }, 'the head of the audit is not noted there')
        newest ??= text
        if (closing.signal.aborted) return
        await sleep(retryMs, undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
  }
  return {
    keep(text: string): void {
      newest = text
      working ??= work().finally(() => {
        working = undefined
      })
    },
    /** What waits is tried once more. */
    async close(): Promise<void> {
      closing.abort()
      await working
    },
  }
}

/** Opened anew each time, so that somebody may rotate the file. Waits for the disk. */
async function appendTo(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function send(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(answerWithinMs)
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`It answered ${response.status}.`)
}
