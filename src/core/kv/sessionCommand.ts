/**
 * SESSION in the log: OPEN answers the name of a new session, CLOSE ends one. They change the table
 * of sessions and no key; `Kv` runs them. SESSION DO never gets here: the node takes it apart, and
 * the command inside is what the log holds, with the session as its client.
 */
import { NO_KEY, writes, wrongCount } from './command'
import type { CommandTable } from './command'
import { bulk, error, integer } from './resp'
import type { Sessions } from './sessions'

const ARITY: ReadonlyMap<string, number> = new Map([
  ['open', 2],
  ['close', 3],
])

const NESTED = 'ERR SESSION DO holds a command, and neither stands inside another one'

export const SESSION_COMMANDS: CommandTable = {
  session: { ...writes(-2, () => error(NESTED)), keys: NO_KEY, fault: sessionFault },
}

export function isSessionCommand([name = '']: readonly string[]): boolean {
  return name.length === 7 && name.toLowerCase() === 'session'
}

/** Runs what `sessionFault` let pass. */
export function runSession(sessions: Sessions, args: readonly string[]): string {
  const fault = sessionFault(args)
  if (fault !== null) return error(fault)
  const [, sub = '', id = ''] = args
  if (sub.toLowerCase() === 'open') return bulk(sessions.open())
  return integer(sessions.close(id) ? 1 : 0)
}

function sessionFault(args: readonly string[]): string | null {
  const sub = (args[1] ?? '').toLowerCase()
  if (sub === 'do') return NESTED
  const arity = ARITY.get(sub)
  if (arity === undefined) {
    const shown = (args[1] ?? '').slice(0, 128).replace(/[\r\n]/g, ' ')
    return `ERR unknown subcommand '${shown}'. Try SESSION HELP.`
  }
  return args.length === arity ? null : wrongCount(`session|${sub}`)
}
