import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** Builds images with buildah, and runs them with what the kernel has: namespaces, a read-only root, no rights. */

/** Why no image can be built on this machine; nothing when one can. */
export function obstacle(): string | undefined {
  if (process.env.IMAGE !== '1') return 'it takes some minutes, so that it has to be asked for: IMAGE=1'
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs Linux and root'
  const needed = ['buildah', ...(process.env.NODE_IMAGE === undefined ? ['debootstrap'] : [])]
  const missing = needed.filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
  return missing.length > 0 ? `${missing.join(' and ')} is not installed` : undefined
}

export interface Started {
  /** Every line so far, of standard output and standard error. */
  readonly lines: readonly string[]
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>
  /** To the process with the number 1, as `docker stop` sends it. */
  signal(name: NodeJS.Signals): void
  /** Ends it at once, if it still runs. */
  end(): void
}

export interface Builder {
  build(target: string): void
  /** In bytes, the base included. */
  size(target: string): number
  /** The folder in which its file system lies, and what it says of itself. */
  open(target: string): { readonly root: string; readonly config: ImageConfig }
  close(): void
}

export interface ImageConfig {
  readonly User: string
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly Env: readonly string[]
  readonly WorkingDir: string
  readonly Healthcheck?: { readonly Test: readonly string[] }
}

const baseName = 'localhost/node'

/** The base is `NODE_IMAGE`, or else Debian with the Node that runs this. */
export function startBuilder(): Builder {
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-image-'))
  const store = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs']
  const buildah = (...words: readonly string[]): string =>
    execFileSync('buildah', [...store, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    }).trim()
  const opened: string[] = []
  const base = process.env.NODE_IMAGE ?? baseName
  if (base === baseName) {
    const root = join(folder, 'base')
    makeBase(root)
    const container = buildah('from', 'scratch')
    buildah('add', '--quiet', container, root, '/')
    // What this machine trusts: between it and the package registry may stand a proxy.
    buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt', container)
    buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container)
    buildah('commit', '--quiet', '--rm', container, base)
    rmSync(root, { recursive: true })
  }
  return {
    build(target) {
      buildah(
        'build',
        ...['--isolation', 'chroot', '--format', 'docker', '--build-arg', `NODE_IMAGE=${base}`],
        ...['--target', target, '--tag', target, '.'],
      )
    },
    size: sizeOf,
    open(target) {
      const container = buildah('from', '--pull-never', `localhost/${target}`)
      opened.push(container)
      const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', `localhost/${target}`))
      return { root: buildah('mount', container), config: Docker.config }
    },
    close() {
      for (const container of opened) buildah('umount', container)
      rmSync(folder, { recursive: true, force: true })
    },
  }

  function sizeOf(target: string): number {
    const all: readonly { names?: readonly string[]; size: string }[] = JSON.parse(buildah('images', '--json'))
    const found = all.find(({ names = [] }) => names.some((name) => name.includes(`/${target}:`)))
    const [, amount = '', unit = ''] = /^([\d.]+) (\w+)$/.exec(found?.size ?? '') ?? []
    return Number(amount) * ({ KB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? Number.NaN)
  }
}

/** A Debian with Node, npm and the user `node`, as the official images have them. */
function makeBase(root: string): void {
  execFileSync('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', root], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  execFileSync('chroot', [root, 'useradd', '--uid', '1000', '--user-group', '--create-home', 'node'])
  cpSync(realpathSync(process.execPath), join(root, 'usr/local/bin/node'))
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(root, 'etc/ssl/certs/ca-certificates.crt'))
  const npm = dirname(dirname(realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())))
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true })
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))
}

export interface RunOptions {
  readonly root: string
  readonly workingDir: string
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** A folder of this machine that the process may read, under the same path. */
  readonly folder?: string
  /** With loopback alone. */
  readonly offline?: boolean
}

/**
 * As docker-compose.yml has it: the command is the process with the number 1, its root is read-only, /tmp is memory, its user is 1000, and it has no
 * capabilities and gets none.
 */
export function runImage({ root, workingDir, command, environment, folder, offline = false }: RunOptions): Started {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const script = `set -e
    mount --make-rprivate /
    mount --bind "$ROOT" "$ROOT"
    mount -o remount,ro,bind "$ROOT"
    mount -t tmpfs -o size=64m,mode=1777 tmpfs "$ROOT/tmp"
    mount -t proc proc "$ROOT/proc"
    mount --rbind /dev "$ROOT/dev"
    if [ -n "$FOLDER" ]; then mkdir -p "$ROOT$FOLDER"; mount --bind "$FOLDER" "$ROOT$FOLDER"; fi
    if [ -n "$OFFLINE" ]; then ip link set lo up; fi
    exec chroot "$ROOT" setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
      env --ignore-environment --chdir="$WORKING_DIR" "$@"`
  const child = spawn(
    'unshare',
    [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      ...(offline ? ['--net'] : []),
      'sh',
      '-c',
      script,
      'sh',
      ...settings,
      ...command,
    ],
    {
      env: {
        PATH: process.env.PATH,
        ROOT: root,
        FOLDER: folder ?? '',
        OFFLINE: offline ? 'yes' : '',
        WORKING_DIR: workingDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line))
  const ended = once(child, 'close').then(([status]) => status)
  return { lines, ended, signal: (name) => process.kill(firstChildOf(child), name), end: () => child.kill('SIGKILL') }
}

function firstChildOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0])
}
