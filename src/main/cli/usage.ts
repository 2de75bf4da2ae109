/** Usage errors, and what the argument parser lets pass: unknown flags, missing values, surplus. */
import { renderUsage, runCommand } from 'citty'
import type { ArgsDef, CommandDef } from 'citty'

/** One command of `paxos-lab`. */
export interface CliCommand {
  readonly name: string
  readonly description: string
  help(): Promise<string>
  /** Answers the exit code; throws UsageError. */
  run(rawArgs: readonly string[]): Promise<number>
}

/**
 * A command with its flags; what the parser would let pass is refused before it runs. `more` ends
 * its help text. A command of many things says how many in `placesMax`.
 */
export function cliCommand<Args extends ArgsDef>(
  meta: { readonly name: string; readonly description: string },
  args: Args,
  run: NonNullable<CommandDef<Args>['run']>,
  more: string | (() => string) = '',
  placesMax?: number,
): CliCommand {
  const command: CommandDef<Args> = { meta, args, run }
  // The parent only lends its name.
  const parent: CommandDef<Args> = { meta: { name: 'paxos-lab' } }
  return {
    ...meta,
    help: async () => (await renderUsage(command, parent)).trimEnd() + textOf(more),
    async run(rawArgs) {
      checkFlags(rawArgs, args, placesMax)
      const { result } = await runCommand(command, { rawArgs: [...rawArgs] })
      if (typeof result !== 'number') throw new TypeError(`${meta.name} answered no exit code`)
      return result
    },
  }
}

/** Words that cost something to find are found when somebody asks. */
function textOf(more: string | (() => string)): string {
  return typeof more === 'string' ? more : more()
}

/** Help of the program itself. */
export function programHelp(version: string, commands: readonly CliCommand[]): Promise<string> {
  return renderUsage({
    meta: {
      name: 'paxos-lab',
      version,
      description: 'A lab bench for Paxos: real nodes over TCP, faults you can set',
    },
    subCommands: Object.fromEntries(
      commands.map(({ name, description }): [string, CommandDef] => [
        name,
        { meta: { name, description } },
      ]),
    ),
  })
}

/** Ends the program with exit code 2 and these words. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Throws UsageError for a flag that does not exist, lacks its value or has one too many. */
export function checkFlags(rawArgs: readonly string[], args: ArgsDef, placesMax?: number): void {
  const places = placesMax ?? Object.values(args).filter(({ type }) => type === 'positional').length
  let taken = 0
  for (let at = 0; at < rawArgs.length; at += 1) {
    const arg = rawArgs[at] ?? ''
    if (!arg.startsWith('-')) {
      taken += 1
      if (taken > places) throw new UsageError(`"${arg}" is too much`)
      continue
    }
    const [, name = '', value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? []
    const def = Object.hasOwn(args, name) ? args[name] : undefined
    if (def === undefined || def.type === 'positional') {
      throw new UsageError(`there is no option ${arg.split('=')[0]}`)
    }
    if (def.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`--${name} takes no value`)
      continue
    }
    if (value !== undefined) continue
    at += 1
    const next = rawArgs[at]
    if (next === undefined || next.startsWith('--')) throw new UsageError(`--${name} needs a value`)
  }
}

/** A whole number from `min` to `max`. */
export function wholeFlag(text: string, name: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new UsageError(`--${name} ${text} is not a whole number from ${min} to ${max}`)
}
