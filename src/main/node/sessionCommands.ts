/**
 * SESSION as clients say it. `SESSION OPEN` and `SESSION CLOSE id` are commands of the log like any
 * other; `SESSION DO id seq [ACKED n] command...` is taken apart here: the log holds the command,
 * with the session as its client, so that a repetition at any node is applied once.
 */
import { wrongCount } from '../../core/kv/command'
import { array, error } from '../../core/kv/resp'
import { isSessionCommand } from '../../core/kv/sessionCommand'
import { isClientSession } from '../../core/kv/sessions'
import type { ClientSessionRef } from '../../core/machineTypes'

export type SessionDo =
  | {
      readonly ok: true
      readonly session: ClientSessionRef
      readonly command: readonly string[]
    }
  | { readonly ok: false; readonly reply: string }

const SHOWN_CHARS_MAX = 128

const HELP = [
  'SESSION <subcommand> [<arg> ...]. Subcommands are:',
  'OPEN -- name of a new session, chosen by the cluster',
  'DO <id> <seq> [ACKED <n>] <command> ... -- runs it once, however often it is asked for',
  'CLOSE <id> -- 1 if it was open',
]

/** The answer to SESSION HELP. */
export function sessionHelp(): string {
  return array(HELP.map((line) => `+${line}\r\n`))
}

/** Of arguments that begin with SESSION DO. */
export function parseSessionDo(args: readonly string[]): SessionDo {
  const [, , id = '', number = '', option = ''] = args
  const acks = option.toLowerCase() === 'acked'
  const command = args.slice(acks ? 6 : 4)
  if (command.length === 0) return refused(wrongCount('session|do'))
  if (!isClientSession(id)) {
    const shown = id.slice(0, SHOWN_CHARS_MAX)
    return refused(`NOSESSION '${shown}' is no name of a session; SESSION OPEN gives one`)
  }
  const seq = parseCount(number)
  if (seq === null || seq === 0) {
    return refused('ERR the number of a request is an integer from 1 on, below 10^15')
  }
  const ackedThrough = acks ? parseCount(args[5] ?? '') : 0
  if (ackedThrough === null || ackedThrough >= seq) {
    return refused('ERR ACKED names an earlier request of the session: an integer from 0 on')
  }
  if (isSessionCommand(command)) return refused('ERR SESSION stands inside no SESSION DO')
  return { ok: true, session: { id, seq, ackedThrough }, command }
}

function refused(words: string): SessionDo {
  return { ok: false, reply: error(words) }
}

function parseCount(text: string): number | null {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : null
}
