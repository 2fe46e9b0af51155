import { z } from 'zod'

/** Where a process that appends to the audit notes its newest entry, besides its log. */
export interface AuditHeadsConfig {
  /** A file that is appended to: one JSON object a line. */
  readonly file?: string
  /** Gets each of them as the body of a POST. */
  readonly webhookUrl?: string
}

export const auditHeadsVariables = {
  AUDIT_FILE: z.string().optional(),
  AUDIT_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
}

/** A webhook's address is often all that it asks for. */
export const auditSecrets = ['AUDIT_WEBHOOK_URL']

export function auditHeadsIn(values: z.infer<z.ZodObject<typeof auditHeadsVariables>>): AuditHeadsConfig {
  return {
    ...(values.AUDIT_FILE !== undefined && { file: values.AUDIT_FILE }),
    ...(values.AUDIT_WEBHOOK_URL !== undefined && { webhookUrl: values.AUDIT_WEBHOOK_URL }),
  }
}
