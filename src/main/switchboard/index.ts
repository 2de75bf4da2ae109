/**
 * Process entry of the switchboard: `node switchboard.js FILE`, FILE being a SwitchboardFile and
 * the cluster secret standing in PAXOS_SECRET. Ends with exit code 0 when the lab asks for it,
 * closes its control channel or is gone, and with 1 when it cannot start or breaks.
 */
import { readFileSync } from 'node:fs'
import type { LabToSwitchboard, SwitchboardFile, SwitchboardToLab } from '../../shared/control'
import { parseSwitchboardFile } from '../../shared/controlCodec'
import type { GateAct, GateAnswer, GateCall } from '../../shared/gate'
import { Control } from './control'
import { GateReporter } from './gateReporter'
import { MessageWatch } from './messageWatch'
import { NoteBudget } from './noteBudget'
import { Switchboard } from './switchboard'

const NOTHING = { error: null, total: 0, frames: [], text: null, isLate: false } as const
const TRAFFIC_MS = 100
const PARENT_CHECK_MS = 500
const NOTE_RENEW_MS = 1000

function readSecret(cluster: string): { cluster: string; key: Buffer } {
  const hex = process.env['PAXOS_SECRET'] ?? ''
  delete process.env['PAXOS_SECRET']
  if (!/^([0-9a-f]{2}){16,}$/.test(hex)) {
    throw new Error('PAXOS_SECRET is not a secret of at least 16 bytes in hexadecimal')
  }
  return { cluster, key: Buffer.from(hex, 'hex') }
}

function readFile(): SwitchboardFile {
  const path = process.argv[2]
  if (path === undefined) throw new Error('usage: switchboard FILE')
  return parseSwitchboardFile(JSON.parse(readFileSync(path, 'utf8')))
}

async function run(): Promise<void> {
  const parentPid = process.ppid
  const file = readFile()
  const secret = readSecret(file.cluster)
  const notes = new NoteBudget()
  let control: Control | null = null
  const send = (frame: SwitchboardToLab): void => control?.send(frame)

  const note = (level: 'info' | 'warn' | 'error', words: string): void => {
    if (notes.take()) send({ type: 'note', level, words })
  }
  const faultEnded = (id: string): void => send({ type: 'faultEnded', id })
  const gate = new GateReporter(send, () => control?.isSlow === true)
  const tellActs = (): void => gate.tellNow()
  const gateActed = (act: GateAct): void => gate.add(act)
  const messages = new MessageWatch(send, () => control?.isSlow === true)
  const board = new Switchboard({ ...file, secret, faultEnded, gateActed, messages, note })

  function stop(): void {
    board.close()
    control?.close()
    // Sockets that linger on the other side are not waited for.
    setTimeout(() => process.exit(0), 200).unref()
  }

  // Before `ready` is told: whoever hears it may end this process at once.
  process.on('SIGTERM', stop)
  // A terminal's signals reach the whole group; the lab decides.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  const links = await board.listen()
  control = await Control.open(file, secret, {
    onFrame: (frame) => (frame.type === 'stop' ? stop() : obey(board, frame, send, tellActs)),
    onUnknown: (type) => note('warn', `switchboard: unknown frame "${type.slice(0, 40)}"`),
    onClosed: () => process.exit(0),
  })
  send({ type: 'ready', pid: process.pid, links })
  every(TRAFFIC_MS, () => report(board, control, send))
  every(NOTE_RENEW_MS, () => {
    const withheld = notes.renew()
    const words = `${withheld} more notes were withheld in the last second`
    if (withheld > 0) send({ type: 'note', level: 'warn', words })
  })
  every(PARENT_CHECK_MS, () => {
    if (process.ppid !== parentPid) process.exit(0)
  })
}

function every(ms: number, act: () => void): void {
  setInterval(act, ms).unref()
}

function obey(
  board: Switchboard,
  frame: Exclude<LabToSwitchboard, { type: 'stop' }>,
  send: (frame: SwitchboardToLab) => void,
  tellActs: () => void,
): void {
  switch (frame.type) {
    case 'route':
      return board.route(frame.node, frame.port)
    case 'watch':
      return board.watchMessages(frame.on)
    case 'startFault': {
      const error = board.startFault(frame.id, frame.fault)
      return send({ type: 'answer', call: frame.call, error })
    }
    case 'endFault':
      board.endFault(frame.id)
      return send({ type: 'answer', call: frame.call, error: null })
    case 'gate': {
      const { call, body } = frame
      const answer = (found: GateAnswer): void => {
        send({ type: 'gateAnswer', call, answer: found })
      }
      return obeyAtGate(board, body, answer, tellActs)
    }
  }
}

function obeyAtGate(
  board: Switchboard,
  body: GateCall,
  answer: (answer: GateAnswer) => void,
  tellActs: () => void,
): void {
  const { gate } = board
  switch (body.action) {
    case 'links':
      tellActs()
      return answer({ ...NOTHING, open: board.openLinks(), came: board.came() })
    case 'list':
      return answer(gate.list(body.match))
    case 'inspect':
      return answer(gate.inspect(body.id))
    case 'move':
      return answer(gate.move(body.id, body.place, body.other))
    case 'release':
    case 'drop':
      return answer(gate.letGoOf(body.select, body.action))
    case 'duplicate':
      return answer(gate.duplicate(body.select))
    case 'wait':
      return gate.wait(body.match, body.count, body.timeoutMs, answer)
  }
}

/** While the lab is slow the counts go on adding up: nothing is lost but the moment. */
function report(
  board: Switchboard,
  control: Control | null,
  send: (frame: SwitchboardToLab) => void,
): void {
  if (control === null || control.isSlow) return
  const links = board.takeTraffic()
  if (links.length > 0) send({ type: 'traffic', links })
}

try {
  await run()
} catch (error) {
  process.stderr.write(`switchboard: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
