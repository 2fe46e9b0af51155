// Exit status 0 when the process in this container answers /healthz. Its image has no curl.
const { METRICS_PORT, PORT = '3000' } = process.env
try {
  const { ok } = await fetch(`http://127.0.0.1:${METRICS_PORT || PORT}/healthz`, { signal: AbortSignal.timeout(4_000) })
  process.exitCode = ok ? 0 : 1
} catch {
  process.exitCode = 1
}
