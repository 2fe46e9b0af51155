import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** Loaded into a process by `--import`: writes which modules it has loaded to the file of `RECORD_MODULES_AT` when it ends. */

const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    loaded.add(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.RECORD_MODULES_AT ?? '', [...loaded].join('\n')))
