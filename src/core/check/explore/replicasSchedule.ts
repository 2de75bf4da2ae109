/** Turns a way through a world into a schedule that others can perform: frames get their names. */
import { HandHost } from '../../handHost'
import { noteMessage } from '../../messageNote'
import { sameBallot } from '../../paxos/ballot'
import type { FrameName, Schedule, ScheduleAct, ScheduleEnd } from '../../schedule'
import type { Frame } from './replicasFrames'
import { FRAMES_FROM, INPUT, REQUESTS_FROM, TIMER_NAMES, TIMERS_FROM } from './replicasNode'
import type { ReplicasOptions } from './replicasTypes'
import type { World, WorldStep } from './replicasWorld'

export function toSchedule(
  world: World,
  options: ReplicasOptions,
  steps: readonly WorldStep[],
  end: ScheduleEnd,
): Schedule {
  const writer = new ScheduleWriter(world, options)
  for (const step of steps) writer.perform(step)
  const by = options.mutant === null ? 'the shipped core' : `mutant ${options.mutant}`
  return {
    version: 1,
    title: `Explorer: ${by}, ${steps.length} steps`,
    nodes: options.nodes,
    config: world.configOf(options),
    ...(options.flush === undefined ? {} : { flush: options.flush }),
    acts: writer.acts,
    end,
  }
}

/** Repeats the way on hosts of its own: how often a name waits depends on all that was sent. */
class ScheduleWriter {
  readonly acts: ScheduleAct[] = []
  private readonly waiting: Frame[] = []
  private readonly hosts: readonly HandHost[]

  constructor(
    private readonly world: World,
    options: ReplicasOptions,
  ) {
    this.hosts = world.members.map((node) => {
      const config = { ...world.config, node, members: world.members }
      return new HandHost(config, options.flush ?? 'auto', {
        onRecovered: () => undefined,
        onFact: () => undefined,
        onSend: (to, message) => this.waiting.push({ from: node, to, message }),
        onPersisted: () => undefined,
        onReply: () => undefined,
        onRead: () => undefined,
        onFailed: () => undefined,
      })
    })
    for (const host of this.hosts) host.start()
  }

  perform({ kind, node: index, what }: WorldStep): void {
    if (kind === 'input') return this.input(index + 1, this.hosts[index]!, what)
    const { frames } = this.world
    const wanted = frames.get(what)
    const at = this.waiting.findIndex(
      ({ from, to, message }) => frames.idOf(from, to, message) === what,
    )
    this.acts.push({ act: kind, frame: this.nameOf(at) })
    if (kind !== 'duplicate') this.waiting.splice(at, 1)
    if (kind === 'drop') return
    const { from, message } = wanted
    this.hosts[index]!.step({ type: 'message', from, message })
  }

  private input(node: number, host: HandHost, what: number): void {
    if (what >= FRAMES_FROM) return
    if (what >= REQUESTS_FROM) {
      const { args } = this.world.requests[what - REQUESTS_FROM]!
      this.acts.push({ act: 'request', node, args })
      return host.step({ type: 'request', tag: what, args })
    }
    if (what >= TIMERS_FROM) {
      const timer = TIMER_NAMES[what - TIMERS_FROM]!
      this.acts.push({ act: 'timer', node, timer })
      return void host.fire(timer)
    }
    if (what === INPUT.elect) {
      this.acts.push({ act: 'startElection', node })
      return host.step({ type: 'startElection' })
    }
    if (what === INPUT.flush) {
      this.acts.push({ act: 'flush', node })
      return host.flush()
    }
    const wiped = what === INPUT.wipe
    this.acts.push(wiped ? { act: 'crash', node, wiped } : { act: 'crash', node })
    this.acts.push({ act: 'restart', node })
    host.end(wiped)
    host.start()
  }

  private nameOf(at: number): FrameName {
    const { from, to, message: whole } = this.waiting[at]!
    const { message, ballot, slot } = noteMessage(whole)
    const nth = this.waiting.slice(0, at).filter((other) => {
      const note = noteMessage(other.message)
      if (other.from !== from || other.to !== to) return false
      if (note.message !== message || note.slot !== slot) return false
      if (note.ballot === null || ballot === null) return note.ballot === ballot
      return sameBallot(note.ballot, ballot)
    }).length
    return { from, to, message, ballot, slot, nth }
  }
}
