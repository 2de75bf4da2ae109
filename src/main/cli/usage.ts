/** Usage errors, and what the argument parser lets pass: unknown flags, missing values, surplus. */
import type { ArgsDef } from 'citty'

/** Ends the program with exit code 2 and these words. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Throws UsageError for a flag that does not exist, lacks its value or has one too many. */
export function checkFlags(rawArgs: readonly string[], args: ArgsDef): void {
  const places = Object.values(args).filter(({ type }) => type === 'positional').length
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
