/**
 * Random schedules: acts that the machines can perform, drawn one after another while a player
 * performs them. The same seed gives the same schedule.
 */
import type { FlushMode } from '../../src/core/handHost'
import { EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import type { TimerName } from '../../src/core/paxos/effect'
import type { Schedule, ScheduleAct } from '../../src/core/schedule'
import { ScheduleError, SchedulePlayer } from '../../src/core/sim/player'
import { createPrng } from '../../src/core/sim/prng'

const TIMERS: readonly TimerName[] = ['election', 'heartbeat', 'bid', 'resend', 'catchUp', 'gather']

export interface RandomOptions {
  readonly seed: number
  readonly nodes: number
  readonly flush: FlushMode
  readonly acts: number
}

export function randomSchedule({ seed, nodes, flush, acts: count }: RandomOptions): Schedule {
  const prng = createPrng(seed)
  const pick = <T>(list: readonly T[]): T => {
    const one = list[prng.between(0, list.length - 1)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
  const config = {
    policy: pick([LEADER_POLICY, EXPONENTIAL_POLICY]),
    learnerMode: pick([{ kind: 'leader' }, { kind: 'all' }] as const),
  }
  const stage = { title: `random schedule ${seed}`, nodes, config, flush }
  const player = new SchedulePlayer(stage, () => {})
  const draw = (): ScheduleAct => {
    const node = prng.between(1, nodes)
    const waiting = player.waiting()
    const dice = prng.between(0, 99)
    if (waiting.length > 0) {
      if (dice < 50) return { act: 'deliver', frame: pick(waiting) }
      if (dice < 53) return { act: 'drop', frame: pick(waiting) }
      if (dice < 58) return { act: 'duplicate', frame: pick(waiting) }
    }
    if (dice < 66) return { act: 'request', node, args: ['APPEND', 'x', `${dice}`] }
    if (dice < 68) return { act: 'propose', node, args: ['INCR', 'n'] }
    if (dice < 71) return { act: 'startElection', node }
    if (dice < 80) return { act: 'timer', node, timer: pick(TIMERS) }
    if (dice < 92) return { act: 'flush', node }
    if (dice < 95) return { act: 'crash', node }
    if (dice < 96) return { act: 'crash', node, wiped: true }
    return { act: 'restart', node }
  }
  const acts: ScheduleAct[] = []
  while (acts.length < count) {
    const act = draw()
    try {
      player.perform(act)
      acts.push(act)
    } catch (error) {
      // It does not fit what the machines do now: another one is drawn.
      if (!(error instanceof ScheduleError)) throw error
    }
  }
  return { version: 1, ...stage, acts, end: { invariant: null, words: 'Paxos holds' } }
}
