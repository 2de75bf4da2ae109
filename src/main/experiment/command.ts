/** The exact command line that repeats an experiment or one of its trials, for any POSIX shell. */
import type { PlannedTrial } from './plan'

const PROGRAM = 'paxos-lab'
/** Where results go and how they are shown: a person who repeats it decides that anew. */
const OF_RESULTS = ['out', 'json', 'junit', 'csv']
/** What makes many trials of one. */
const OF_MANY = ['repeat', 'seeds', 'seed', 'sweep', 'jobs', 'shard', 'stop-on-failure']

/** One argument of `run` as it was typed; `name` is null for what is no option. */
export interface TypedArg {
  readonly name: string | null
  readonly value: string | null
  readonly words: readonly string[]
}

/** `switches`: options that take no value. The arguments were checked before. */
export function typedArgs(rawArgs: readonly string[], switches: ReadonlySet<string>): TypedArg[] {
  const typed: TypedArg[] = []
  for (let at = 0; at < rawArgs.length; at += 1) {
    const arg = rawArgs[at] ?? ''
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? []
    if (name === undefined) typed.push({ name: null, value: arg, words: [arg] })
    else if (switches.has(name)) typed.push({ name, value: null, words: [arg] })
    else if (value !== undefined) typed.push({ name, value, words: [arg] })
    else {
      at += 1
      const next = rawArgs[at] ?? ''
      typed.push({ name, value: next, words: [arg, next] })
    }
  }
  return typed
}

export function planCommand(args: readonly TypedArg[]): string {
  return commandLine(['run', ...wordsWithout(args, OF_RESULTS)])
}

export function trialCommand(
  args: readonly TypedArg[],
  { seed, point }: Omit<PlannedTrial, 'trial'>,
): string {
  const rest = wordsWithout(args, [...OF_RESULTS, ...OF_MANY])
  const sweep = Object.entries(point).flatMap(([name, value]) => ['--sweep', `${name}=${value}`])
  return commandLine(['run', ...rest, '--seed', `${seed}`, '--repeat', '1', ...sweep])
}

export function commandLine(args: readonly string[]): string {
  return [PROGRAM, ...args].map(quoted).join(' ')
}

/** A command of a shard without its part. */
export function wholeCommand(command: string): string {
  return command.replace(/ --shard[ =]\d+\/\d+/, '')
}

function wordsWithout(args: readonly TypedArg[], names: readonly string[]): string[] {
  return args.flatMap(({ name, words }) => (name !== null && names.includes(name) ? [] : words))
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`
}
