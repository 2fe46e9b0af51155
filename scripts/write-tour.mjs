// `npm run docs:tour`: plays the tour and writes its transcript to docs/tour.md, with the times and ids of this run. Exit status 1, and the file stays as
// it was, when something in the story did not happen.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { status, stdout } = spawnSync(process.execPath, ['sandbox/main.ts', '--tour'], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
})

if (status !== 0) {
  console.error(stdout)
  console.error('docs/tour.md stays as it was: the tour did not come to its end.')
  process.exit(1)
}

writeFileSync(
  new URL('../docs/tour.md', import.meta.url),
  `# The tour

What \`npm start -- --tour\` prints, from its first line to its last. \`npm run docs:tour\` plays the tour and writes this file;
[a test](../test/e2e/tour.test.ts) plays it too, and fails when it tells something else. Times, dates, GUIDs and addresses are those of the run that
wrote the file.

How to read it: the number at the left is the time since the start. \`│\` marks what a person sees in the simulated Slack, with its buttons in
brackets. \`✔\` beside no frame is something that the tour checked. alice asks, bob and carol may approve, \`#data\` is where alice asks, and
\`#approvals\` is the channel of the policy.

\`\`\`text
${stdout.trim()}
\`\`\`
`,
)
console.log('docs/tour.md is written.')
