/**
 * Failover: how long no write at all is acknowledged after SIGKILL of the leader.
 *
 * Clients write through the followers only, so none of them loses its connection, and give up a
 * write after PATIENCE_MS to send another: the gap is the cluster's, not that of one lost command.
 * Ours and etcd run with their default timing. The killed one comes back before the next run.
 */
import { startLoad } from './compare.mjs'
import { startLab } from './lab.mjs'
import { pause, until } from './stage.mjs'
import { etcdLeader, startEtcdMembers, versionOf } from './systems.mjs'

const CLIENTS = 16
const PATIENCE_MS = 250
const KILL_AFTER_MS = 700
const SECONDS = 4
const SETTLE_WAIT_MS = 30_000
/** A healed cluster runs for a moment before it is hit again. */
const BREATH_MS = 500

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {(words: string) => void} Say */

/**
 * One run: load at the followers, the leader killed in the middle; answers the longest gap in ms.
 * @param {Stage} stage
 * @param {import('./systems.mjs').System['generator']} generator
 * @param {number[]} ports
 * @param {() => Promise<unknown>} kill
 */
async function gapOf(stage, generator, ports, kill) {
  const { program, figures } = startLoad(stage, generator, {
    ...{ ports, clients: CLIENTS, pipeline: 1 },
    ...{ seconds: SECONDS, warm: 0.5, patienceMs: PATIENCE_MS },
  })
  const isMeasuring = async () => (program.tail.includes('measuring') ? true : null)
  await until('the generator measures', SETTLE_WAIT_MS, isMeasuring)
  await pause(KILL_AFTER_MS)
  await kill()
  const { gapMs, acked } = await figures
  if (acked === 0) throw new Error('no write was acknowledged')
  return gapMs
}

/**
 * @param {Stage} stage
 * @param {number} runs
 * @param {Say} say
 * @returns {Promise<number[]>}
 */
export async function failoverOurs(stage, runs, say) {
  const gaps = []
  const lab = await startLab(stage, 3, ['--direct', '--telemetry=off'])
  for (let run = 1; run <= runs; run += 1) {
    const victim = lab.leader
    const kill = () => lab.verb(`kill ${victim}`)
    const gap = await gapOf(stage, 'load.mjs', lab.followerPorts, kill)
    gaps.push(gap)
    say(`failover ${run} of ${runs} | ours: ${gap} ms`)
    await lab.verb(`restart ${victim}`)
    await until('a leader', SETTLE_WAIT_MS, () => lab.refresh())
    await pause(BREATH_MS)
  }
  await lab.quit()
  return gaps
}

/**
 * @param {Stage} stage
 * @param {number} runs
 * @param {Say} say
 * @returns {Promise<number[]>} empty when etcd is not installed
 */
export async function failoverEtcd(stage, runs, say) {
  const gaps = []
  if (versionOf('etcd') === null) {
    say('etcd is not installed: left out')
    return []
  }
  const { members, stop } = await startEtcdMembers(stage)
  for (let run = 1; run <= runs; run += 1) {
    const leader = await until('etcd has a leader', SETTLE_WAIT_MS, () => etcdLeader(members))
    await pause(BREATH_MS)
    const ports = members.filter((each) => each !== leader).map(({ port }) => port)
    const gap = await gapOf(stage, 'etcdLoad.mjs', ports, () => leader.program.end())
    gaps.push(gap)
    say(`failover ${run} of ${runs} | etcd: ${gap} ms`)
    leader.program = leader.start()
  }
  await stop()
  return gaps
}
