/** `paxos-lab serve`: the browser host alone; clusters are started from the page. */
import { join } from 'node:path'
import { assembleLab } from '../assemble'
import { assembleDesk } from '../assembleDesk'
import { browserShell } from '../host/browserShell'
import { recentsOf } from '../host/recents'
import { startWebHost } from '../host/webHost'
import { Ending } from './ending'
import { chooseRunsDir, finish, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { Output } from './output'
import { wholeFlag, cliCommand } from './usage'
import type { CliCommand } from './usage'

const PORT_MAX = 65_535

const args = {
  port: { type: 'string', default: '0', valueHint: 'N', description: '0: the system chooses' },
  runs: { type: 'string', valueHint: 'DIR', description: 'Folder for the records of runs' },
  json: { type: 'boolean', description: 'JSON lines on standard output' },
} as const

interface ServeFlags {
  readonly port: string
  readonly runs?: string | undefined
  readonly json?: boolean | undefined
}

export function serveCommand(context: CliContext): CliCommand {
  const meta = { name: 'serve', description: 'Serves the window to a browser on this machine' }
  return cliCommand(meta, args, ({ args: flags }) => serve(flags, context))
}

async function serve(flags: ServeFlags, context: CliContext): Promise<number> {
  const port = wholeFlag(flags.port, 'port', 0, PORT_MAX)
  const output = new Output(flags.json === true)
  const ending = new Ending()
  const { mainDir, version: appVersion } = context
  const place = { mainDir, appVersion, runsDir: chooseRunsDir(flags.runs, output) }
  const lab = await assembleLab(place)
  const desk = assembleDesk(lab, place)
  try {
    const host = await startWebHost({
      ...{ lab, desk, port, shell: browserShell(recentsOf(place.runsDir, desk)) },
      rendererDir: join(mainDir, '../renderer'),
      onFreshUrl: (url) => output.complain(`For another browser: ${url}`),
      onNote: (words) => output.complain(words),
    })
    output.result({ ready: true, url: host.url }, `Open ${host.url}`)
    const reason = await ending.asked
    const { runDir } = lab.status()
    await host.close()
    await lab.close()
    const last = lab.lastResult()
    const measures = last?.measures ?? {}
    return finish(output, { verdict: last?.verdict ?? 'valid', measures, runDir }, { reason })
  } catch (error) {
    return giveUp(output, error)
  } finally {
    await Promise.all([desk.close(), lab.close()])
    ending.dispose()
  }
}
