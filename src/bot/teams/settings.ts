import type { TeamsConfig } from '../../config/chats.ts'

/** How the bot is known to Teams, and where it finds it. */
export type TeamsSettings = TeamsConfig

/** Of the public cloud. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages */
export const usualServiceUrl = 'https://smba.trafficmanager.net/teams/'

const microsofts = [/^smba\.trafficmanager\.net$/, /\.botframework\.com$/, /\.teams\.microsoft\.(com|us)$/]

/** Whether tokens may be sent there. Anybody can have a name below `trafficmanager.net`, so that only Microsoft's own counts. */
export function isTrusted(serviceUrl: string, { isAuthenticated, serviceUrl: configured }: TeamsSettings): boolean {
  if (!isAuthenticated) return URL.canParse(serviceUrl)
  if (!URL.canParse(serviceUrl)) return false
  const url = new URL(serviceUrl)
  if (configured !== undefined && url.origin === new URL(configured).origin) return true
  return url.protocol === 'https:' && microsofts.some((host) => host.test(url.hostname))
}
