/** Our own cluster, as anybody starts it: `paxos-lab up --json`, driven by verbs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gone } from './stage.mjs'

const READY_WAIT_MS = 30_000
const ANSWER_WAIT_MS = 30_000
const CLI = join(import.meta.dirname, '../src/main/labCli.mjs')
const PROFILED = join(import.meta.dirname, 'profiledChildren.mjs')

/** @typedef {{ id: number, pid: number | null, client: { port: number } }} NodeView */
/** @typedef {{ dataDir?: string | null, profileDir?: string | null }} LabOptions */

class Lab {
  /**
   * @param {import('./stage.mjs').Stage} stage
   * @param {import('./stage.mjs').Program} program
   * @param {{ leader: number, nodes: NodeView[] }} ready
   * @param {string} runs
   */
  constructor(stage, program, ready, runs) {
    this.stage = stage
    this.program = program
    this.nodes = ready.nodes
    this.leader = ready.leader
    this.runs = runs
    for (const { pid } of ready.nodes) if (pid !== null) stage.watch(pid)
  }

  get leaderPort() {
    return this.portsOf((id) => id === this.leader)[0] ?? 0
  }

  get followerPorts() {
    return this.portsOf((id) => id !== this.leader)
  }

  /** @param {(id: number) => boolean} wanted */
  portsOf(wanted) {
    return this.nodes.filter(({ id }) => wanted(id)).map(({ client }) => client.port)
  }

  /**
   * The answer of a verb; rejects when the lab refuses it.
   * @param {string} line
   */
  async verb(line) {
    this.program.say(line)
    const answer = JSON.parse(await this.program.line(ANSWER_WAIT_MS))
    if (answer.ok !== true) throw new Error(`${line}: ${answer.error ?? answer.words}`)
    return answer
  }

  /** Takes over who leads and what runs; answers the leader or null. */
  async refresh() {
    const { leader, nodes } = await this.verb('status')
    this.nodes = nodes
    this.leader = leader ?? 0
    for (const { pid } of nodes) if (pid !== null) this.stage.watch(pid)
    return leader
  }

  /** Ends it in order and answers how many facts its record lacks. */
  async quit() {
    const pids = this.nodes.flatMap(({ pid }) => (pid === null ? [] : [pid]))
    const { runDir } = await this.verb('quit')
    await this.program.ended
    for (const pid of pids) await gone(pid)
    const result = JSON.parse(readFileSync(join(runDir, 'result.json'), 'utf8'))
    this.stage.remove(this.runs)
    return result.factsDropped + result.eventsLost
  }
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {number} nodes
 * @param {string[]} flags
 * @param {LabOptions} [options]
 */
export async function startLab(stage, nodes, flags, { dataDir = null, profileDir = null } = {}) {
  const runs = stage.folder()
  const profiled = profileDir === null ? [] : ['--import', PROFILED]
  const data = dataDir === null ? [] : [`--data=${dataDir}`]
  const args = [CLI, 'up', `--nodes=${nodes}`, '--json', `--runs=${runs}`, ...flags, ...data]
  const env = profileDir === null ? {} : { PAXOS_BENCH_PROFILES: profileDir }
  const command = [...profiled, ...args]
  const program = stage.start('paxos-lab up', process.execPath, command, { env, orderly: true })
  // An input that brought a line ends the lab when it ends: also when this process is killed.
  program.say('# bench')
  const ready = JSON.parse(await program.line(READY_WAIT_MS))
  return new Lab(stage, program, ready, runs)
}
