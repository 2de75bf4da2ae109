/** `paxos-lab export RUNDIR --to FORMAT`: a run in the words of other tools. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { FrameError } from '../../shared/frame'
import { EXPORT_FORMATS, ExportError, exportRun } from '../lab/exportRun'
import type { ExportFormat } from '../lab/exportRun'
import { RecordedStepsError } from '../lab/recordedSteps'
import { EXIT, Output } from './output'
import { runDirOf } from './replay'
import { cliCommand, UsageError } from './usage'
import type { CliCommand } from './usage'

const FORMATS = EXPORT_FORMATS.join('|')
const KNOWN_ERRORS = [FrameError, ExportError, RecordedStepsError]

const args = {
  run: { type: 'positional', required: true, description: 'Run directory' },
  to: { type: 'string', valueHint: FORMATS, description: 'Format' },
  out: { type: 'string', valueHint: 'FILE', description: 'File; default: standard output' },
} as const

interface ExportFlags {
  readonly run: string
  readonly to?: string | undefined
  readonly out?: string | undefined
}

export function exportCommand(): CliCommand {
  const description = 'Writes a run as a ShiViz log, Jepsen history, JSON lines or CSV'
  return cliCommand({ name: 'export', description }, args, ({ args: flags }) => exportTo(flags))
}

async function exportTo(flags: ExportFlags): Promise<number> {
  const format = formatOf(flags.to)
  const runDir = runDirOf(flags.run)
  const output = new Output(false)
  const lines = exportRun(runDir, format, (words) => output.complain(words))
  try {
    const count = await write(lines, flags.out)
    if (flags.out !== undefined) output.complain(`${count} lines in ${resolve(flags.out)}`)
    return EXIT.valid
  } catch (error) {
    const isKnown = KNOWN_ERRORS.some((kind) => error instanceof kind)
    if (!isKnown || !(error instanceof Error)) throw error
    output.complain(error.message)
    return EXIT.unknown
  }
}

function formatOf(text: string | undefined): ExportFormat {
  const format = EXPORT_FORMATS.find((each) => each === text)
  if (format !== undefined) return format
  throw new UsageError(
    text === undefined ? `--to ${FORMATS}?` : `--to ${text} is none of ${FORMATS}`,
  )
}

/** Waits for a slow reader: a run may be larger than memory. */
async function write(lines: AsyncIterable<string>, path: string | undefined): Promise<number> {
  const out = path === undefined ? process.stdout : createWriteStream(resolve(path))
  let count = 0
  // A file that cannot be opened says so before the first line.
  if (path !== undefined) await once(out, 'open').catch((error: unknown) => fail(error))
  for await (const line of lines) {
    count += 1
    if (!out.write(`${line}\n`)) await once(out, 'drain')
  }
  if (path === undefined) return count
  out.end()
  await once(out, 'close')
  return count
}

function fail(error: unknown): never {
  throw new UsageError(error instanceof Error ? error.message : String(error))
}
