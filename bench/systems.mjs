/**
 * The systems that are compared, each started fresh on loopback with its data below one folder.
 *
 * Etcd and Redis run with their defaults, but for places and ports, and Redis with its log flushed
 * at every answer. Errors: a system that does not become ready rejects with its last words.
 */
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { startLab } from './lab.mjs'
import { until } from './stage.mjs'

const READY_WAIT_MS = 20_000

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./stage.mjs').Program} Program */
/**
 * @typedef {object} System
 * @property {number} leaderPort
 * @property {number[]} followerPorts
 * @property {string} leader name of its profile
 * @property {'load.mjs' | 'etcdLoad.mjs'} generator
 * @property {() => Promise<number>} stop answers how many facts were dropped; 0 where none are told
 */
/**
 * @typedef {object} Kind
 * @property {string} id
 * @property {string} title
 * @property {'leader' | 'follower'} to
 * @property {boolean} pipelines its protocol carries several commands of one client
 * @property {() => string | null} missing why it cannot run here
 * @property {(stage: Stage, profileDir: string | null) => Promise<System>} start
 */

/**
 * @param {number} nodes
 * @param {string[]} flags
 * @returns {Kind['start']}
 */
const ours = (nodes, flags) => async (stage, profileDir) => {
  const lab = await startLab(stage, nodes, flags, { profileDir })
  const { leaderPort, followerPorts } = lab
  const stop = () => lab.quit()
  return { leader: `node${lab.leader}`, leaderPort, followerPorts, generator: 'load.mjs', stop }
}

const DIRECT = ['--direct', '--telemetry=off']
const none = () => null

/** @type {Kind[]} neighbours in this list are neighbours in time */
export const KINDS = [
  {
    id: 'ours',
    title: 'Paxos Lab, direct, telemetry off',
    to: 'leader',
    pipelines: true,
    missing: none,
    start: ours(3, DIRECT),
  },
  {
    id: 'etcd',
    title: 'etcd, 3 members',
    to: 'leader',
    pipelines: false,
    missing: () => (versionOf('etcd') === null ? 'etcd is not installed' : null),
    start: startEtcd,
  },
  {
    id: 'skeleton',
    title: 'bare Multi-Paxos skeleton in Node',
    to: 'leader',
    pipelines: true,
    missing: none,
    start: startSkeleton,
  },
  {
    id: 'redis',
    title: 'Redis, one server, appendfsync always',
    to: 'leader',
    pipelines: true,
    missing: () => (versionOf('redis-server') === null ? 'redis-server is not installed' : null),
    start: startRedis,
  },
  {
    id: 'follower',
    title: 'Paxos Lab, direct, telemetry off, at a follower',
    to: 'follower',
    pipelines: true,
    missing: none,
    start: ours(3, DIRECT),
  },
  {
    id: 'facts',
    title: 'Paxos Lab, direct, facts',
    to: 'leader',
    pipelines: true,
    missing: none,
    start: ours(3, ['--direct']),
  },
  {
    id: 'recorded',
    title: 'Paxos Lab, 5 nodes, switchboard, facts, recorded',
    to: 'leader',
    pipelines: true,
    missing: none,
    start: ours(5, []),
  },
]

/**
 * First line of what a program says of its version; null when it is not installed.
 * @param {string} program
 */
export function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return status === 0 ? (stdout.split('\n')[0] ?? '').trim() : null
}

/** @param {number} count */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer())
  /** @type {number[]} */
  const ports = []
  for (const server of servers) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
    const address = server.address()
    if (typeof address === 'object' && address !== null) ports.push(address.port)
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** @typedef {{ start: () => Program, program: Program, port: number }} EtcdMember */

/**
 * Members that can be killed and started again, for `failover` too.
 * @param {Stage} stage
 */
export async function startEtcdMembers(stage) {
  const dir = stage.folder()
  const ports = await freePorts(6)
  const url = (/** @type {number} */ at) => `http://127.0.0.1:${ports[at]}`
  const all = [0, 1, 2].map((at) => `n${at}=${url(at + 3)}`).join(',')
  const members = [0, 1, 2].map((at) => {
    const args = [
      ...['--name', `n${at}`, '--data-dir', join(dir, `n${at}`), '--log-level', 'error'],
      ...['--listen-client-urls', url(at), '--advertise-client-urls', url(at)],
      ...['--listen-peer-urls', url(at + 3), '--initial-advertise-peer-urls', url(at + 3)],
      ...['--initial-cluster', all, '--initial-cluster-state', 'new'],
    ]
    const start = () => stage.start('etcd', 'etcd', args)
    return { start, program: start(), port: ports[at] ?? 0 }
  })
  const stop = async () => {
    await Promise.all(members.map(({ program }) => program.end()))
    stage.remove(dir)
  }
  return { members, stop }
}

/**
 * The member that leads, once all that run agree; null before.
 * @param {EtcdMember[]} members
 */
export async function etcdLeader(members) {
  const leaders = await Promise.all(
    members.map(async ({ port }) => {
      const options = { method: 'POST', body: '{}', signal: AbortSignal.timeout(1000) }
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/v3/maintenance/status`, options)
        const { header, leader } = await answer.json()
        return { leader, leads: leader === header.member_id }
      } catch {
        return null
      }
    }),
  )
  const first = leaders[0]?.leader
  const agree = first !== undefined && leaders.every((each) => each?.leader === first)
  const at = leaders.findIndex((each) => each?.leads === true)
  return agree ? (members[at] ?? null) : null
}

/** @type {Kind['start']} */
async function startEtcd(stage) {
  const { members, stop } = await startEtcdMembers(stage)
  const leader = await until('etcd has a leader', READY_WAIT_MS, () => {
    const dead = members.find(({ program }) => program.hasEnded)
    if (dead !== undefined) throw new Error(`etcd ended: ${dead.program.tail}`)
    return etcdLeader(members)
  })
  return {
    leader: 'etcd',
    leaderPort: leader.port,
    followerPorts: members.filter((each) => each !== leader).map(({ port }) => port),
    generator: 'etcdLoad.mjs',
    stop: async () => (await stop(), 0),
  }
}

/** @type {Kind['start']} */
async function startRedis(stage) {
  const dir = stage.folder()
  const [port = 0] = await freePorts(1)
  const args = [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'always'],
  ]
  const program = stage.start('redis-server', 'redis-server', args)
  while (!(await program.line(READY_WAIT_MS)).includes('Ready to accept'));
  const stop = async () => {
    await program.end()
    stage.remove(dir)
    return 0
  }
  return { leader: 'redis', leaderPort: port, followerPorts: [], generator: 'load.mjs', stop }
}

/** @type {Kind['start']} */
async function startSkeleton(stage, profileDir) {
  const dir = stage.folder()
  const path = join(import.meta.dirname, 'skeleton.mjs')
  const programs = ['1', '2', '3'].map((node) => {
    const profile = [`--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=skeleton${node}.cpuprofile`]
    const flags = profileDir === null ? [] : ['--cpu-prof', ...profile]
    return stage.start(`skeleton ${node}`, process.execPath, [...flags, path, node, dir])
  })
  const ports = await Promise.all(
    programs.map(async (program) => JSON.parse(await program.line(READY_WAIT_MS))),
  )
  for (const program of programs) program.say(JSON.stringify(ports.map(({ peer }) => peer)))
  const stop = async () => {
    for (const program of programs) program.closeInput()
    await Promise.all(programs.map((program) => program.ended))
    stage.remove(dir)
    return 0
  }
  const leaderPort = ports[0].client
  return { leader: 'skeleton1', leaderPort, followerPorts: [], generator: 'load.mjs', stop }
}
