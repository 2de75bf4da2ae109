/**
 * Plain Node entry: the lab with the browser host. Prints the launch link on a line of its own, and
 * a new one each time a link was used.
 *
 *   --port N   listen there; 0, the default, lets the system choose
 *   --runs DIR where runs are kept; by default the user's data folder
 *
 * Ends on SIGINT, SIGTERM or SIGHUP, after every node and every trial has ended.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { assembleLab, defaultRunsDir, readAppVersion } from './assemble'
import { assembleDesk } from './assembleDesk'
import { browserShell } from './host/browserShell'
import { recentsOf } from './host/recents'
import { startWebHost } from './host/webHost'

/** With no window open for this long the nodes are stopped; the record is kept. */
const ABANDONED_MS = 60_000
const PORT_MAX = 65_535

/** Only an entry knows where the bundles lie. */
const mainDir = import.meta.dirname

async function main(): Promise<void> {
  const { port, runsDir } = readFlags(process.argv.slice(2))
  const place = { mainDir, runsDir, appVersion: readAppVersion(mainDir) }
  const lab = await assembleLab(place)
  const desk = assembleDesk(lab, place)
  const host = await startWebHost({
    ...{ lab, desk, shell: browserShell(recentsOf(runsDir, desk)) },
    rendererDir: join(mainDir, '../renderer'),
    port,
    onFreshUrl: (url) => console.log(`For another browser: ${url}`),
    onNote: (words) => console.error(words),
    abandonedMs: ABANDONED_MS,
    onAbandoned: () => void stopUnwatched(),
  }).catch(async (error: unknown) => {
    await lab.close()
    throw error
  })

  async function stopUnwatched(): Promise<void> {
    const { status } = await lab.snapshot()
    if (status.state !== 'running') return
    console.error(`No window for ${ABANDONED_MS / 1000} s: the cluster is stopped.`)
    await lab.stopCluster()
  }

  let ending = false
  const end = async (): Promise<void> => {
    if (ending) return
    ending = true
    await Promise.all([host.close(), desk.close(), lab.close()])
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => end().catch(fail))
  }
  console.log(host.url)
}

function readFlags(args: readonly string[]): { port: number; runsDir: string } {
  const options = { port: { type: 'string', default: '0' }, runs: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    throw new Error(`--port ${values.port} is not a port (0 to ${PORT_MAX})`)
  }
  return { port, runsDir: resolve(values.runs ?? defaultRunsDir()) }
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(2)
}

main().catch(fail)
