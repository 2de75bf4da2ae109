/**
 * Plain Node entry: the command line `paxos-lab`. Exit codes: 0 valid, 1 violated, 2 unknown or
 * usage.
 */
import { ScenarioError } from '../shared/experiment'
import { readAppVersion } from './assemble'
import { checkCommand } from './cli/check'
import { compareCommand } from './cli/compare'
import { doctorCommand } from './cli/doctor'
import { exploreCommand } from './cli/explore'
import { exportCommand } from './cli/export'
import type { CliContext } from './cli/labCommand'
import { lessonCommand } from './cli/lesson'
import { mergeCommand } from './cli/merge'
import { EXIT, Output } from './cli/output'
import { reenactCommand } from './cli/reenact'
import { replayCommand } from './cli/replay'
import { reportCommand } from './cli/report'
import { runCommand } from './cli/run'
import { schemaCommand } from './cli/schema'
import { serveCommand } from './cli/serve'
import { simCommand } from './cli/sim'
import { stormCommand } from './cli/storm'
import { upCommand } from './cli/up'
import { UsageError, programHelp } from './cli/usage'
import type { CliCommand } from './cli/usage'

/** Only an entry knows where the bundles lie. */
const mainDir = import.meta.dirname

/** Handles that linger after the work is done are not waited for. */
const LINGER_MS_MAX = 3000

async function main(rawArgs: readonly string[]): Promise<number> {
  const output = new Output(rawArgs.includes('--json'))
  const context: CliContext = { mainDir, version: readAppVersion(mainDir) }
  const commands = [
    upCommand,
    runCommand,
    compareCommand,
    mergeCommand,
    simCommand,
    stormCommand,
    exploreCommand,
    reenactCommand,
    checkCommand,
    replayCommand,
    exportCommand,
    reportCommand,
    lessonCommand,
    schemaCommand,
    serveCommand,
    doctorCommand,
  ].map((make) => make(context))
  const [name = '', ...rest] = rawArgs
  const command = commands.find((each) => each.name === name)
  if (command !== undefined) {
    return rest.some(isHelp) ? answer(output, await command.help()) : run(output, command, rest)
  }
  if (name === '--version') return answer(output, context.version)
  if (isHelp(name)) return answer(output, await programHelp(context.version, commands))
  return misuse(output, name === '' ? 'which command?' : `there is no command "${name}"`)
}

function isHelp(arg: string): boolean {
  return ['--help', '-h', 'help'].includes(arg)
}

async function run(output: Output, command: CliCommand, rest: readonly string[]): Promise<number> {
  try {
    return await command.run(rest)
  } catch (error) {
    if (error instanceof ScenarioError) return complain(output, error.message)
    // The argument parser does not export its own error.
    const isUsage =
      error instanceof UsageError || (error instanceof Error && error.name === 'CLIError')
    if (isUsage) return misuse(output, error.message, command.name)
    throw error
  }
}

function answer(output: Output, text: string): number {
  output.help(text, true)
  return EXIT.valid
}

function misuse(output: Output, words: string, command?: string): number {
  const help = command === undefined ? 'paxos-lab --help' : `paxos-lab ${command} --help`
  return complain(output, `${words} (see ${help})`)
}

/** Standard output holds a result even then, for whoever reads its last line. */
function complain(output: Output, words: string): number {
  output.help(words, false)
  const result = { error: words, verdict: 'unknown', measures: {}, runDir: null }
  if (output.json) output.result(result, '')
  return EXIT.unknown
}

/** A reader that went away (`| head`) ends the program; it is no failure to report. */
process.stdout.on('error', () => process.exit(EXIT.unknown))

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
    setTimeout(() => process.exit(code), LINGER_MS_MAX).unref()
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
    process.exit(EXIT.unknown)
  },
)
