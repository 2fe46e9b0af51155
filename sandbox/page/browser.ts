import { spawn } from 'node:child_process'

/** Opens the person's own browser, where somebody sits at a desktop; elsewhere the printed address has to do. */
export function openInBrowser(url: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  const isAtDesktop = process.stdout.isTTY && (DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined)
  if (!isAtDesktop) return
  spawn('xdg-open', [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
