/**
 * Plain Node entry: the command line `paxos-lab`. Exit codes: 0 valid, 1 violated, 2 unknown or
 * usage.
 */
import { renderUsage, runCommand as runCittyCommand } from 'citty'
import type { CommandDef } from 'citty'
import { readAppVersion } from './assemble'
import { doctorCommand } from './cli/doctor'
import type { CliContext } from './cli/labCommand'
import { EXIT, Output } from './cli/output'
import { runCommand } from './cli/run'
import { serveCommand } from './cli/serve'
import { upCommand } from './cli/up'
import { UsageError, checkFlags } from './cli/usage'
import { ScenarioError } from '../shared/experiment'

/** Only an entry knows where the bundles lie. */
const mainDir = import.meta.dirname

/** Handles that linger after the work is done are not waited for. */
const LINGER_MS_MAX = 3000

const COMMANDS = {
  up: upCommand,
  run: runCommand,
  serve: serveCommand,
  doctor: doctorCommand,
} as const

async function main(rawArgs: readonly string[]): Promise<number> {
  const output = new Output(rawArgs.includes('--json'))
  const context: CliContext = { mainDir, version: readAppVersion(mainDir) }
  const commands = Object.fromEntries(
    Object.entries(COMMANDS).map(([name, make]) => [name, make(context)]),
  )
  const top: CommandDef = {
    meta: {
      name: 'paxos-lab',
      version: context.version,
      description: 'A lab bench for Paxos: real nodes over TCP, faults you can set',
    },
    subCommands: commands,
  }
  const [name = '', ...rest] = rawArgs
  const isHelp = (arg: string): boolean => arg === '--help' || arg === '-h'
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    if (name === '--version') return answer(output, context.version)
    if (isHelp(name) || name === 'help') return answer(output, await renderUsage(top))
    return misuse(output, name === '' ? 'which command?' : `there is no command "${name}"`)
  }
  if (rest.some(isHelp)) return answer(output, await renderUsage(command, top))
  return runNamed(output, name, command, rest)
}

async function runNamed(
  output: Output,
  name: string,
  command: CommandDef,
  rest: readonly string[],
): Promise<number> {
  try {
    const { args } = command
    checkFlags(rest, typeof args === 'object' && !(args instanceof Promise) ? args : {})
    const { result } = await runCittyCommand(command, { rawArgs: [...rest] })
    return typeof result === 'number' ? result : EXIT.unknown
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isUsage = error instanceof UsageError || error.name === 'CLIError'
    if (isUsage) return misuse(output, error.message, name)
    if (!(error instanceof ScenarioError)) throw error
    return complain(output, error.message)
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
