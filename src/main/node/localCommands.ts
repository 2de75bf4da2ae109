/**
 * Commands that a node answers by itself, with the texts of Redis 7: what real clients send when
 * they connect, and what a person types at a prompt. Everything else goes to the replicated KV.
 */
import { commandTable } from '../../core/kv/commands'
import { compileGlob } from '../../core/kv/glob'
import { GLOB_CHARS_MAX } from '../../core/kv/limits'
import { array, bulk, error, integer, OK } from '../../core/kv/resp'
import type { ClientSession } from './clientSession'
import { runPaxos } from './paxosCommands'
import type { PaxosInside } from './paxosCommands'

export const SERVER_VERSION = '7.0.0'
const ARG_SHOWN_MAX = 128

/** What the commands need to know of their node. */
export interface NodeFacts {
  readonly node: number
  readonly flush: boolean
  readonly clientsMax: number
  /** INFO text of the sections that were asked for; none means the default ones. */
  info(sections: readonly string[]): string
  clients(): Iterable<ClientSession>
  readonly inside: PaxosInside
}

/** Null: the machine answers. */
type Run = (args: readonly string[], session: ClientSession, facts: NodeFacts) => string | null

interface LocalCommand {
  /** As in Redis: with the name; negative means at least. */
  readonly arity: number
  readonly run: Run
}

const COMMANDS: ReadonlyMap<string, LocalCommand> = new Map<string, LocalCommand>([
  ['ping', { arity: -1, run: ping }],
  ['echo', { arity: 2, run: ([, text]) => bulk(text ?? '') }],
  ['quit', { arity: -1, run: quit }],
  ['hello', { arity: -1, run: hello }],
  ['auth', { arity: -2, run: () => error(NO_PASSWORD) }],
  ['client', { arity: -2, run: client }],
  ['command', { arity: -1, run: command }],
  ['config', { arity: -2, run: config }],
  ['select', { arity: 2, run: select }],
  ['info', { arity: -1, run: (args, _session, facts) => bulk(facts.info(args.slice(1))) }],
  ['paxos', { arity: -2, run: (args, session, { inside }) => runPaxos(args, session, inside) }],
  ['reset', { arity: 1, run: reset }],
  ['time', { arity: 1, run: time }],
  ['shutdown', { arity: -1, run: () => error('ERR SHUTDOWN is refused: the lab stops its nodes') }],
])

const NO_PASSWORD =
  'ERR AUTH <password> called without any password configured for the default user. ' +
  'Are you sure your configuration is correct?'

/** In lower case. */
export function localCommandNames(): string[] {
  return [...COMMANDS.keys()]
}

export class LocalCommands {
  constructor(private readonly facts: NodeFacts) {}

  /** The reply, or null if the machine has to answer. `name` is in lower case. */
  run(name: string, args: readonly string[], session: ClientSession): string | null {
    const found = COMMANDS.get(name)
    if (!found) return null
    if (!fits(found.arity, args.length)) return wrongArity(name)
    return found.run(args, session, this.facts)
  }
}

function fits(arity: number, count: number): boolean {
  return arity > 0 ? count === arity : count >= -arity
}

function wrongArity(name: string): string {
  return error(`ERR wrong number of arguments for '${name}' command`)
}

function unknownSubcommand(name: string, sub: string): string {
  const words = `unknown subcommand '${shown(sub)}'. Try ${name.toUpperCase()} HELP.`
  return error(`ERR ${words}`)
}

/** Text of a client inside an error line. */
function shown(text: string): string {
  return text.slice(0, ARG_SHOWN_MAX).replace(/[\r\n]/g, ' ')
}

function ping(args: readonly string[]): string {
  if (args.length > 2) return wrongArity('ping')
  return args[1] === undefined ? '+PONG\r\n' : bulk(args[1])
}

function quit(_args: readonly string[], session: ClientSession): string {
  session.endAfterReply()
  return OK
}

function reset(_args: readonly string[], session: ClientSession): string {
  session.name = ''
  session.readMode = session.defaultReadMode
  return '+RESET\r\n'
}

function time(): string {
  const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000)
  return array([bulk(String(Math.floor(nowUs / 1e6))), bulk(String(nowUs % 1e6))])
}

function select([, index = '']: readonly string[]): string {
  if (!/^-?\d{1,15}$/.test(index)) return error('ERR value is not an integer or out of range')
  return Number(index) === 0 ? OK : error('ERR DB index is out of range')
}

/** HELLO [protover [AUTH user password] [SETNAME name]]: only protocol 2 is spoken here. */
function hello(args: readonly string[], session: ClientSession): string {
  const [, version] = args
  if (version !== undefined && !/^\d{1,9}$/.test(version)) {
    return error('ERR Protocol version is not an integer or out of range')
  }
  if (version !== undefined && Number(version) !== 2) {
    return error('NOPROTO unsupported protocol version')
  }
  let name: string | null = null
  for (let at = 2; at < args.length; at++) {
    const option = args[at]!.toLowerCase()
    if (option === 'setname' && at + 1 < args.length) {
      name = args[at + 1]!
      at += 1
    } else if (option === 'auth' && at + 2 < args.length) {
      return error(NO_PASSWORD)
    } else return error(`ERR Syntax error in HELLO option '${shown(args[at]!)}'`)
  }
  if (name !== null && !isName(name)) return error(BAD_NAME)
  if (name !== null) session.name = name
  return array([
    ...[bulk('server'), bulk('paxos-lab'), bulk('version'), bulk(SERVER_VERSION)],
    ...[bulk('proto'), integer(2), bulk('id'), integer(session.id)],
    ...[bulk('mode'), bulk('standalone'), bulk('role'), bulk('primary')],
    ...[bulk('modules'), array([])],
  ])
}

const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.'

function isName(name: string): boolean {
  return /^[!-~]*$/.test(name)
}

function client(args: readonly string[], session: ClientSession, facts: NodeFacts): string {
  const sub = args[1]!.toLowerCase()
  const needs = CLIENT_ARITY.get(sub)
  if (needs === undefined) return unknownSubcommand('client', args[1]!)
  if (!fits(needs, args.length)) return wrongArity(`client|${sub}`)
  switch (sub) {
    case 'setname':
      if (!isName(args[2]!)) return error(BAD_NAME)
      session.name = args[2]!
      return OK
    case 'getname':
      return bulk(session.name === '' ? undefined : session.name)
    case 'setinfo':
      return /^lib-(name|ver)$/i.test(args[2]!)
        ? OK
        : error(`ERR Unrecognized option '${shown(args[2]!)}'`)
    case 'id':
      return integer(session.id)
    case 'info':
      return bulk(`${describe(session)}\n`)
    case 'list':
      return bulk([...facts.clients()].map((each) => `${describe(each)}\n`).join(''))
    case 'reply':
      return args[2]!.toLowerCase() === 'on'
        ? OK
        : error('ERR CLIENT REPLY OFF and SKIP are refused: every request gets its answer here')
    case 'help':
      return help('CLIENT', [...CLIENT_ARITY.keys()])
    default:
      return OK
  }
}

const CLIENT_ARITY: ReadonlyMap<string, number> = new Map([
  ['setname', 3],
  ['getname', 2],
  ['setinfo', 4],
  ['id', 2],
  ['info', 2],
  ['list', -2],
  ['reply', 3],
  ['no-evict', 3],
  ['no-touch', 3],
  ['help', 2],
])

function describe(session: ClientSession): string {
  const { id, name, address, commands, inFlight } = session
  const counts = `tot-cmds=${commands} in-flight=${inFlight}`
  return `id=${id} addr=${address} name=${name} db=0 ${counts} resp=2`
}

function help(name: string, subcommands: readonly string[]): string {
  const lines = [`${name} <subcommand> [<arg> ...]. Subcommands are:`]
  lines.push(...subcommands.map((sub) => sub.toUpperCase()))
  return array(lines.map((line) => `+${line}\r\n`))
}

function command(args: readonly string[]): string {
  if (args.length === 1) return array([...TABLE.values()])
  const sub = args[1]!.toLowerCase()
  switch (sub) {
    case 'count':
      return args.length === 2 ? integer(TABLE.size) : wrongArity('command|count')
    case 'docs':
      return array([])
    case 'list':
      return args.length === 2 ? array([...TABLE.keys()].map(bulk)) : wrongArity('command|list')
    case 'info': {
      const names = args.length === 2 ? [...TABLE.keys()] : args.slice(2)
      return array(names.map((name) => TABLE.get(name.toLowerCase()) ?? '*-1\r\n'))
    }
    case 'help':
      return help('COMMAND', ['(no subcommand)', 'count', 'docs', 'info', 'list'])
    default:
      return unknownSubcommand('command', args[1]!)
  }
}

/** Name → entry of COMMAND: name, arity, flags, first key, last key, step. */
const TABLE: ReadonlyMap<string, string> = new Map([
  ...commandTable().map(([name, arity, writes, [first, last, step]]) =>
    entry(name, arity, writes ? 'write' : 'readonly', first, last, step),
  ),
  ...[...COMMANDS].map(([name, { arity }]) => entry(name, arity, 'fast', 0, 0, 0)),
])

function entry(
  name: string,
  arity: number,
  flag: string,
  ...keys: readonly [number, number, number]
): [string, string] {
  const flags = array([`+${flag}\r\n`])
  return [name, array([bulk(name), integer(arity), flags, ...keys.map(integer)])]
}

function config(args: readonly string[], _session: ClientSession, facts: NodeFacts): string {
  const sub = args[1]!.toLowerCase()
  if (sub === 'help') return help('CONFIG', ['get'])
  if (['set', 'rewrite', 'resetstat'].includes(sub)) {
    return error(`ERR CONFIG ${sub.toUpperCase()} is refused: the start file of the node decides`)
  }
  if (sub !== 'get') return unknownSubcommand('config', args[1]!)
  if (args.length < 3) return wrongArity('config|get')
  const globs = args
    .slice(2)
    .map((glob) => compileGlob(glob.slice(0, GLOB_CHARS_MAX), { ignoreCase: true }))
  const values = Object.entries(configValues(facts))
  const found = values.filter(([name]) => globs.some((glob) => glob.test(name)))
  return array(found.flatMap(([name, value]) => [bulk(name), bulk(value)]))
}

function configValues(facts: NodeFacts): Readonly<Record<string, string>> {
  return {
    save: '',
    appendonly: 'yes',
    appendfsync: facts.flush ? 'always' : 'no',
    databases: '1',
    maxclients: String(facts.clientsMax),
    maxmemory: '0',
    timeout: '0',
  }
}
