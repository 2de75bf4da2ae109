/** The pause of systems without SIGSTOP: the node is asked to stand still, and does. */
import { rmSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { newIdentity } from '../../src/main/lab/dataDir'
import { PlainLauncher } from '../../src/main/lab/launcher'
import { NodeActs } from '../../src/main/lab/nodeActs'
import { PauseGuard } from '../../src/main/lab/pauseGuard'
import { Run } from '../../src/main/lab/run'
import { Session } from '../../src/main/lab/session'
import { builtEntry } from '../support/built'
import { clusterOptions, temporaryDir } from '../support/cluster'
import { eventually } from '../support/eventually'

const dir = temporaryDir()
let session: Session | null = null
afterEach(async () => {
  await session?.end(() => null)
  rmSync(dir, { recursive: true, force: true })
})

it('keeps sockets open, answers nothing, and goes on with what it missed', async () => {
  const options = clusterOptions({ nodes: 3, requestDeadlineMs: 500 })
  const about = { title: 't', startedAt: new Date().toISOString(), scenario: null }
  const run = await Run.begin(dir, { ...about, options, appVersion: '0' }, () => {})
  const { cluster } = (session = new Session(run, {
    programs: {
      launcher: new PlainLauncher(),
      nodeEntry: builtEntry('node'),
      switchboardEntry: builtEntry('switchboard'),
    },
    options,
    identity: newIdentity(3, 'multi'),
    runDir: run.dir,
    dataDir: run.dir,
    onStatus: () => {},
  }))
  await cluster.start()
  await cluster.awaitLeader()
  const leader = cluster.leader() ?? 0
  const node = (leader % 3) + 1
  const acts = new NodeActs(cluster, new PauseGuard(() => {}), false)
  await acts.pause(node)
  expect(cluster.faults.ofNode(node)[0]?.fault).toMatchObject({ cooperative: true })
  expect((await session.command(node, ['SET', 'a', '1'])).outcome).toBe('unknown')
  await eventually('the others go on', async () => {
    return (await session?.command(leader, ['SET', 'b', '2']))?.outcome === 'ok'
  })
  await acts.resume(node)
  expect(cluster.faults.active()).toEqual([])
  await eventually('it goes on', async () => {
    return (await session?.command(node, ['GET', 'b']))?.reply === '"2"'
  })
})
