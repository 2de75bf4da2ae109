/**
 * A lab in a process of its own, for tests that kill it: starts a cluster, pauses the nodes it is
 * told to, prints the ids of all children, and then does nothing but live.
 */
import { join } from 'node:path'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { createLab } from '../../src/main/lab/lab'
import { PID_FILE, readOwnership } from '../../src/main/lab/processIds'
import { DEFAULT_CLUSTER } from '../../src/shared/api'

const [nodeEntry = '', switchboardEntry = '', dir = '', paused = ''] = process.argv.slice(2)
const runsDir = join(dir, 'runs')
const lab = createLab({ nodeEntry, switchboardEntry, runsDir, appVersion: '0', scenarios: [] })
const dataDir = join(dir, 'data')
await lab.startCluster({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY, nodes: 3, dataDir })
const { status } = await lab.snapshot()
for (const { node } of status.nodes) await lab.command(node, ['SET', `key${node}`, 'kept'])
for (const node of paused.split(',').filter((text) => text !== ''))
  await lab.pauseNode(Number(node))
const children = readOwnership(join(status.runDir ?? '', PID_FILE))?.children ?? []
process.stdout.write(JSON.stringify(children.map(({ pid }) => pid)) + '\n')
